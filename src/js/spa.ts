/** The token of a single-page application. */
export {}
