// A classic script, so that it runs where the modules cannot be loaded: www/dist is what the build puts there.
addEventListener(
  'error',
  ({ target }) => {
    if (target.localName !== 'script') return
    document.getElementById('verdict-title').textContent = 'The page is not complete'
    document.getElementById('verdict-text').textContent = 'The library is missing beside it. npm start builds it.'
  },
  { capture: true },
)
