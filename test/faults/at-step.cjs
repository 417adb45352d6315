// To be loaded before gocker (NODE_OPTIONS=--require): counts what the program does to the system, file by file and call by
// call, and before the step AT_STEP sends it the signal AT_STEP_SIGNAL. With AT_STEP=0 it says at the end in STEPS_FILE how
// many steps there were.

const fs = require('node:fs')
const Module = require('node:module')

const at = Number(process.env.AT_STEP)
let steps = 0

function step() {
  steps++
  if (steps === at) process.kill(process.pid, process.env.AT_STEP_SIGNAL)
}

/** What changes something; that a file is read leaves nothing behind. */
const changing =
  'mkdirSync rmSync renameSync writeFileSync writeSync symlinkSync openSync closeSync chmodSync lchownSync linkSync copyFileSync rmdirSync unlinkSync'
for (const name of changing.split(' ')) wrap(fs, name)

const load = Module._load
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest)
  if (request !== 'ffi-rs' || loaded.isCounted) return loaded
  const counted = { ...loaded, isCounted: true }
  wrap(counted, 'load')
  return counted
}

function wrap(object, name) {
  const original = object[name]
  object[name] = (...args) => {
    step()
    return original(...args)
  }
}

if (at === 0) process.on('exit', () => fs.writeFileSync(process.env.STEPS_FILE, String(steps)))
