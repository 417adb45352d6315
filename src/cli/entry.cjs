// The first lines of every `gocker`. To find, read and link a hundred modules takes longer than to start Node, so they
// are put together into one file, kept in a cache, and made anew as soon as any source has changed: what is read is
// what runs. Without esbuild, or a place for the cache, the sources are run as they are. Plain JavaScript, for it is
// what decides how the TypeScript is loaded.

const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} = require('node:fs')
const { enableCompileCache } = require('node:module')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

const sources = join(__dirname, '..')
const packed = join(sources, '../dist/main.cjs')

/**
 * These shall start fast and get a file each: V8 keeps the functions that the first start compiled, and no others, so
 * commands that share a file would each miss what it needs.
 */
const fast = ['run', 'exec', 'ps']

if (existsSync(packed) && !existsSync(join(__dirname, 'main.ts'))) {
  enableCompileCache()
  require(packed)
} else {
  start()
}

async function start() {
  const cache = cacheFolder()
  if (cache) enableCompileCache(join(cache, 'compiled'))
  const command = process.argv.slice(2).find((word) => !word.startsWith('-'))
  const name = fast.includes(command) ? command : 'main'
  const bundle =
    cache && (isUpToDate(cache, name) ? join(cache, `${name}.cjs`) : await makeBundle(cache, name))
  if (bundle) require(bundle)
  else import('./main.ts')
}

/** One for each place that this program lies in; only its owner can write there. */
function cacheFolder() {
  const home =
    process.geteuid?.() === 0
      ? '/var/cache'
      : process.env.XDG_CACHE_HOME || join(process.env.HOME || '/nonexistent', '.cache')
  const folder = join(home, 'gocker', sources.replaceAll('/', '%'))
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return folder
  } catch {
    return undefined
  }
}

/** Was the one file made from the sources as they are now? */
function isUpToDate(cache, name) {
  try {
    return readFileSync(join(cache, `${name}.stamp`), 'utf8') === stampOf(sources)
  } catch {
    return false
  }
}

/** When was which file changed? Asked at every start: plain names and plain joining are three times as fast. */
function stampOf(folder) {
  let stamp = ''
  for (const floor of readdirSync(folder)) {
    for (const name of readdirSync(`${folder}/${floor}`)) {
      if (!/\.(ts|cjs)$/.test(name) || name.endsWith('.test.ts')) continue
      const { mtimeMs, size } = statSync(`${folder}/${floor}/${name}`)
      stamp += `${floor}/${name} ${mtimeMs} ${size}\n`
    }
  }
  return stamp
}

/** Its path, or undefined if it cannot be made here. */
async function makeBundle(cache, name) {
  const stamp = stampOf(sources)
  const path = join(cache, `${name}.cjs`)
  try {
    const { outputFiles } = await require('esbuild').build({
      entryPoints: [join(__dirname, 'main.ts')],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
      target: 'node24',
      external: ['ffi-rs'],
      minifyWhitespace: true,
      logLevel: 'silent',
      plugins: [
        { name: 'urls', setup: keepUrls },
        { name: 'late', setup: loadLate },
        { name: 'only', setup: (build) => leaveOut(build, name) },
      ],
    })
    write(path, outputFiles[0].text)
    write(join(cache, `${name}.stamp`), stamp)
    return path
  } catch {
    return undefined
  }
}

/** A source that asks for its own place is told where it lies, and not where the one file does. */
function keepUrls(build) {
  build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
    const url = JSON.stringify(pathToFileURL(path).href)
    return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', url), loader: 'ts' }
  })
}

/** commander loads node:child_process, 4 ms, for a kind of command that there is not here: it gets it when it asks. */
function loadLate(build) {
  build.onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
    importer.includes('commander') ? { path, namespace: 'late' } : undefined,
  )
  build.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
    contents: `exports.spawn = (...args) => process.getBuiltinModule('${path}').spawn(...args)`,
  }))
}

/** In the file of one command the others are not. */
function leaveOut(build, name) {
  if (!fast.includes(name)) return
  build.onResolve({ filter: /^\.\/\w+\.ts$/ }, ({ importer, path }) =>
    importer.endsWith('/commands.ts') && path !== `./${name}.ts` ? { path, external: true } : undefined,
  )
}

/** Whoever reads meanwhile finds the old one or the new one. */
function write(path, text) {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, text)
  renameSync(temporary, path)
}
