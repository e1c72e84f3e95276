const UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

/**
 * The value as JSON that every store can hold: PostgreSQL takes neither U+0000 nor half of a surrogate pair, so the
 * replacement character stands in for them everywhere.
 */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!UNSTORABLE.test(json)) return json;
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'string'
      ? inner.replaceAll('\u0000', '\uFFFD').replaceAll(/\p{Surrogate}/gu, '\uFFFD')
      : inner,
  );
}
