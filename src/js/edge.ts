/** Guards at the edge. */
export {}
