/**
 * Gives the example's key sets other times than its own, so that within a test keys grow old, are fetched again and can be missing: its file
 * stays as it is, and what it imports as `withAccessToken` adds to the options that it is given.
 *
 * @param {object} remote options of `createRemoteJWKSet`, as JSON has them
 * @returns {import('esbuild').Plugin}
 */
export const withKeySetTimes = (remote) => ({
  name: 'key set times',
  setup(build) {
    build.onResolve({ filter: /^jotgate\/edge$/ }, ({ path, pluginData }) =>
      pluginData === undefined ? { path, namespace: 'times' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'times' }, () => ({
      contents: `
        import { withAccessToken as unchanged } from 'jotgate/edge'
        export * from 'jotgate/edge'
        const times = ${JSON.stringify(remote)}
        export const withAccessToken = (handler, optionsOf) => unchanged(handler, (env) => {
          const options = optionsOf(env)
          return { ...options, remote: { ...options.remote, ...times } }
        })`,
      pluginData: 'the real one',
      resolveDir: '/',
    }))
  },
})
