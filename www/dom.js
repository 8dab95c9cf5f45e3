/**
 * An element with attributes and children. Text always goes in as text nodes, so that nothing a token says can become markup.
 * @param {string} name
 * @param {Record<string, string | undefined>} [attributes] `undefined` leaves the attribute away
 * @param {...(Node | string)} children
 */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) node.setAttribute(key, value)
  }
  node.append(...children)
  return node
}

/** The same for SVG. */
export function drawing(name, attributes = {}, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  node.append(...children)
  return node
}

/** The element of the page with this id. */
export const byId = (id) => document.getElementById(id)

/**
 * A citation such as "RFC 7519 §4.1.4" as a link to that section.
 * @param {string} citation
 */
export function citation(citation) {
  const match = /RFC (\d+)(?: §([\d.]+))?/.exec(citation)
  if (!match) return element('span', { class: 'rfc' }, citation)
  const [, number, section] = match
  const fragment = section ? `#section-${section}` : ''
  return element(
    'a',
    {
      class: 'rfc',
      href: `https://www.rfc-editor.org/rfc/rfc${number}${fragment}`,
      target: '_blank',
      rel: 'noopener noreferrer',
    },
    citation,
  )
}
