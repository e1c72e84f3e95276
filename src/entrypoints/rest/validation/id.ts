/** Ids are safe in URLs, file names and logs as they are; two dots in a row never mean "the folder above". */
const ID = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/;

export const ID_RULE =
  'must be 1 to 128 letters, digits, dots, underscores, colons, at signs or hyphens, start with a letter or digit, and hold no two dots in a row';

export const isId = (value: string): boolean => ID.test(value);
