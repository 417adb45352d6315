// The sources of the command line, put together into one CommonJS text. Loaded only when a source has changed.

const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

const worker = join(__dirname, '../image/unpack-worker.ts')

/**
 * @param name a command, or 'main' for all of them
 * @param alone leave the other commands out
 * @returns the texts by their file names, the command's own last; undefined if esbuild is not installed, or the sources
 *   cannot be put together
 */
async function bundle(name, alone) {
  try {
    return {
      'unpack-worker.cjs': await build(worker, {
        // a thread is started from its file alone, far from node_modules
        banner: { js: `require = require('node:module').createRequire(${urlOf(worker)})` },
        plugins: [{ name: 'places', setup: keepPlaces }],
      }),
      [`${name}.cjs`]: await build(join(__dirname, 'main.ts'), {
        plugins: [
          { name: 'places', setup: keepPlaces },
          { name: 'late', setup: loadLate },
          { name: 'alone', setup: (esbuild) => alone && leaveOut(esbuild, name) },
        ],
      }),
    }
  } catch {
    return undefined
  }
}

async function build(entryPoint, options) {
  const { outputFiles } = await require('esbuild').build({
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    external: ['ffi-rs'],
    // import() of Node's own modules would want a callback from whoever compiles this text
    supported: { 'dynamic-import': false },
    minifyWhitespace: true,
    logLevel: 'silent',
    // imports that are not used are to be left out
    tsconfigRaw: {},
    ...options,
  })
  return outputFiles[0].text
}

/** A source that asks for its own place is told where it lies; but the thread's file is beside the one that is made. */
function keepPlaces(esbuild) {
  esbuild.onLoad({ filter: /\.ts$/ }, ({ path }) => {
    const isHere = path.endsWith('/image/unpack.ts')
    const contents = readFileSync(path, 'utf8')
      .replaceAll('createRequire(import.meta.url)', 'require')
      .replaceAll(
        'import.meta.url',
        isHere ? "require('node:url').pathToFileURL(__filename).href" : urlOf(path),
      )
    return { contents, loader: 'ts' }
  })
}

const urlOf = (path) => JSON.stringify(pathToFileURL(path).href)

/** commander loads node:child_process, 4 ms, for a kind of command that there is not here: it gets it when it asks. */
function loadLate(esbuild) {
  esbuild.onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
    importer.includes('commander') ? { path, namespace: 'late' } : undefined,
  )
  esbuild.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
    contents: `exports.spawn = (...args) => process.getBuiltinModule('${path}').spawn(...args)`,
  }))
}

/** In the file of one command the others are not. */
function leaveOut(esbuild, name) {
  esbuild.onResolve({ filter: /^\.\/\w+\.ts$/ }, ({ importer, path }) =>
    importer.endsWith('/commands.ts') && path !== `./${name}.ts` ? { path, external: true } : undefined,
  )
}

module.exports = { bundle }
