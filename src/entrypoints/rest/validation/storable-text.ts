/** PostgreSQL keeps neither NUL nor half of a surrogate pair, neither as text nor inside JSON. */
// eslint-disable-next-line no-control-regex -- NUL is what it looks for.
const NOT_STORABLE = /\u0000|\p{Surrogate}/u;

export const isStorableText = (text: string): boolean => !NOT_STORABLE.test(text);
