// A classic script in the head, so that the chosen scheme is there before the first paint.
;(() => {
  const root = document.documentElement
  const stored = () => {
    try {
      return localStorage.getItem('jotgate.theme')
    } catch {
      return null
    }
  }
  const apply = (theme) => {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
    else delete root.dataset.theme
  }
  apply(stored())
  document.addEventListener('DOMContentLoaded', () => {
    const choices = document.querySelectorAll('#theme input')
    for (const choice of choices) {
      choice.checked = choice.value === (root.dataset.theme ?? 'auto')
      choice.addEventListener('change', () => {
        apply(choice.value)
        try {
          if (choice.value === 'auto') localStorage.removeItem('jotgate.theme')
          else localStorage.setItem('jotgate.theme', choice.value)
        } catch {
          // Storage may be switched off; the choice then lasts as long as the page.
        }
      })
    }
  })
})()
