/** The value of the JSON text, deeply frozen: one reader must not change what the next one sees. */
export function frozenJson(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => Object.freeze(value));
}
