// To be loaded before gocker (NODE_OPTIONS=--require): counts what the program does to the system, file by file and call by
// call, and before the step AT_STEP sends it the signal AT_STEP_SIGNAL. With AT_STEP=0 it says at the end in STEPS_FILE how
// many steps there were. Reading, waiting and closing are no steps: who is killed before them leaves the same as who is
// killed after them, and how often a program looks whether something has happened depends on the day.

const fs = require('node:fs')
const Module = require('node:module')

const at = Number(process.env.AT_STEP)
let steps = 0

function step() {
  steps++
  if (steps === at) process.kill(process.pid, process.env.AT_STEP_SIGNAL)
}

const changing =
  'mkdirSync rmSync renameSync writeFileSync writeSync symlinkSync chmodSync lchownSync linkSync copyFileSync rmdirSync unlinkSync'
for (const name of changing.split(' ')) wrap(fs, name)

const { O_WRONLY, O_RDWR, O_CREAT } = fs.constants
wrap(fs, 'openSync', (_, flags = 'r') =>
  typeof flags === 'number' ? (flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0 : flags !== 'r',
)

/** close, recvfrom, wait4, and the same on arm64. */
const leavingNothing = { x64: [3, 45, 61], arm64: [57, 207, 260] }[process.arch]
const changes = ({ funcName, paramsValue }) =>
  funcName === 'clone' || (funcName === 'syscall' && !leavingNothing.includes(Number(paramsValue[0])))

const load = Module._load
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest)
  if (request !== 'ffi-rs' || loaded.isCounted) return loaded
  const counted = { ...loaded, isCounted: true }
  wrap(counted, 'load', changes)
  return counted
}

function wrap(object, name, isStep = () => true) {
  const original = object[name]
  object[name] = (...args) => {
    if (isStep(...args)) step()
    return original(...args)
  }
}

if (at === 0) process.on('exit', () => fs.writeFileSync(process.env.STEPS_FILE, String(steps)))
