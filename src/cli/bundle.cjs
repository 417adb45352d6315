// The sources of the command line, put together into one CommonJS text. Loaded only when a source has changed.

const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

/**
 * @param name a command, or 'main' for all of them
 * @param alone leave the other commands out
 * @returns undefined if esbuild is not installed, or the sources cannot be put together
 */
async function bundle(name, alone) {
  try {
    const { outputFiles } = await require('esbuild').build({
      entryPoints: [join(__dirname, 'main.ts')],
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
      plugins: [
        { name: 'places', setup: keepPlaces },
        { name: 'late', setup: loadLate },
        { name: 'alone', setup: (build) => alone && leaveOut(build, name) },
      ],
    })
    return outputFiles[0].text
  } catch {
    return undefined
  }
}

/** A source that asks for its own place is told where it lies, and not where the one file does. */
function keepPlaces(build) {
  build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
    const url = JSON.stringify(pathToFileURL(path).href)
    const contents = readFileSync(path, 'utf8')
      .replaceAll('createRequire(import.meta.url)', 'require')
      .replaceAll('import.meta.url', url)
    return { contents, loader: 'ts' }
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
  build.onResolve({ filter: /^\.\/\w+\.ts$/ }, ({ importer, path }) =>
    importer.endsWith('/commands.ts') && path !== `./${name}.ts` ? { path, external: true } : undefined,
  )
}

module.exports = { bundle }
