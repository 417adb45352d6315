// The first lines of every `gocker`. To find, read, link and compile a hundred modules takes longer than to start Node.
// So they are put together into one file, and what V8 has compiled of it is kept, too. Both are made anew as soon as any
// source has changed: what is read is what runs. Without a place for them the sources are run as they are.
// Plain JavaScript, for it is what decides how the TypeScript is loaded.

const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} = require('node:fs')
const { Script } = require('node:vm')

const sources = `${__dirname}/..`
const packed = `${__dirname}/../../dist/main.cjs`

/**
 * These shall start fast and get a file each: kept is what the first start compiled, so commands that share a file
 * would each miss what they need.
 */
const fast = ['run', 'exec', 'ps', 'supervise', 'stop', 'rm', 'start', 'logs', 'inspect']

start()

async function start() {
  const cache = cacheFolder()
  if (existsSync(packed) && !existsSync(`${__dirname}/main.ts`))
    return run(packed, cache && keeping(`${cache}/packed-${keyOf([packed])}`))
  if (!cache) return import('./main.ts')
  const command = process.argv.slice(2).find((word) => !word.startsWith('-'))
  const name = fast.includes(command) ? command : 'main'
  const folder = `${cache}/${keyOf(sourceFiles())}`
  const isFirst = !existsSync(`${folder}/${name}.cjs`)
  if (isFirst) {
    const files = await require('./bundle.cjs').bundle(name, fast.includes(name))
    if (files === undefined) return import('./main.ts')
    keepOnly(folder, cache)
    for (const [file, text] of Object.entries(files)) write(`${folder}/${file}`, text)
  }
  keeping(`${folder}/`)
  run(`${folder}/${name}.cjs`, isFirst ? undefined : `${folder}/${name}`)
}

/** What else is made and kept for this very program may lie in files whose names begin so: container/seccomp-filter.ts. */
function keeping(prefix) {
  globalThis.gockerKeeps = prefix
  return prefix
}

/** One for each place that this program lies in; only its owner can write there. */
function cacheFolder() {
  const home =
    process.geteuid?.() === 0 ? '/var/cache' : process.env.XDG_CACHE_HOME || `${process.env.HOME}/.cache`
  const folder = `${home}/gocker/${__dirname.replaceAll('/', '%')}`
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
    return folder
  } catch {
    return undefined
  }
}

function sourceFiles() {
  return readdirSync(sources).flatMap((floor) =>
    readdirSync(`${sources}/${floor}`)
      .filter((name) => /\.c?[jt]s$/.test(name) && !name.endsWith('.test.ts'))
      .map((name) => `${sources}/${floor}/${name}`),
  )
}

/** Another one as soon as any of the files has another size or time. */
function keyOf(files) {
  let sum = files.length
  for (const file of files) {
    const { mtimeMs, size } = statSync(file)
    // small enough for the fractions of a millisecond to count
    sum = (31 * sum + mtimeMs + size) % 2 ** 43
  }
  return sum.toString(36).replace('.', '-')
}

/**
 * Run a CommonJS file, ASCII as esbuild writes it, with what V8 compiled of it the last time. That is kept after the second
 * start, if it did the whole job: the first one often pulls an image, and one that failed lacks what others need.
 */
function run(path, file) {
  const compiled = file && `${file}-${process.execArgv.join('').replaceAll(/\W/g, '')}.v8`
  const isKept = compiled !== undefined && existsSync(compiled)
  const text = `(function (exports, require, module, __filename) {${readFileSync(path, 'latin1')}\n})`
  const script = new Script(text, { filename: path, cachedData: isKept ? readFileSync(compiled) : undefined })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, require, module, path)
  if (compiled === undefined || (isKept && !script.cachedDataRejected)) return
  process.once('exit', (status) => {
    const isWhole = status === 0 && !process.argv.includes('--help') && !process.argv.includes('--explain')
    if (isWhole) write(compiled, script.createCachedData())
  })
}

/** Make the folder for the sources as they are, and remove what was made of others. */
function keepOnly(folder, cache) {
  const { rmSync } = require('node:fs')
  for (const name of readdirSync(cache))
    if (`${cache}/${name}` !== folder) rmSync(`${cache}/${name}`, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** Whoever reads meanwhile finds the old one or the new one. That it cannot be written costs time, and nothing else. */
function write(path, content) {
  const temporary = `${path}.${process.pid}`
  try {
    writeFileSync(temporary, content)
    renameSync(temporary, path)
  } catch {}
}
