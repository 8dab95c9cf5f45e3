/**
 * Gives the example's key sets other options than its own, so that within a test keys grow old, are fetched again and can be missing: its file
 * stays as it is, and what it imports as `withAccessToken` changes the options that it is given.
 *
 * @param {object} remote options of `createRemoteJWKSet`, as JSON has them
 * @param {{ store?: boolean }} [more] `store: false` takes the store away
 * @returns {import('esbuild').Plugin}
 */
export const withKeySets = (remote, { store = true } = {}) => ({
  name: 'other key sets',
  setup(build) {
    build.onResolve({ filter: /^jotgate\/edge$/ }, ({ path, pluginData }) =>
      pluginData === undefined ? { path, namespace: 'key sets' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'key sets' }, () => ({
      contents: `
        import { withAccessToken as unchanged } from 'jotgate/edge'
        export * from 'jotgate/edge'
        const others = ${JSON.stringify(remote)}
        export const withAccessToken = (handler, optionsOf) => unchanged(handler, (env) => {
          const options = optionsOf(env)
          return { ...options, remote: { ...options.remote, ...others${store ? '' : ', store: undefined'} } }
        })`,
      pluginData: 'the real one',
      resolveDir: '/',
    }))
  },
})
