/** Characters that reorder what a reader sees, and would let a name pose as other text. */
const REORDERING = /[\u202A-\u202E\u2066-\u2069]/gu;
const LINE_BREAKS = /\r\n?|[\u0085\p{Zl}\p{Zp}]/gu;
const LONE_SURROGATES = /\p{Cs}/gu;
const CONTROLS = /\p{Cc}/gu;
const CONTROLS_BUT_NEWLINE = /(?!\n)\p{Cc}/gu;

/** Text for a header or a list entry: one line, no control characters, at most `charsMax` of them. */
export const oneLine = (text: string, charsMax: number): string =>
  cut(
    text
      .replace(REORDERING, '')
      .replace(LINE_BREAKS, ' ')
      .replace(CONTROLS, ' ')
      .replace(/ {2,}/g, ' ')
      .trim(),
    charsMax,
  );

/** Text for a body: newlines are kept, all other control characters go. */
export const manyLines = (text: string, charsMax: number): string =>
  cut(
    text.replace(REORDERING, '').replace(LINE_BREAKS, '\n').replace(CONTROLS_BUT_NEWLINE, ' '),
    charsMax,
  ).trim();

/** The text as an HTML fragment that shows it exactly, with its newlines. */
export const htmlOf = (text: string): string =>
  text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replace(/\n/g, '<br>\n');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Cuts between code points, so that no half of a surrogate pair is left. */
const cut = (text: string, charsMax: number): string => {
  const whole = Array.from(text.replace(LONE_SURROGATES, '\uFFFD'));
  return whole.length <= charsMax ? whole.join('') : `${whole.slice(0, charsMax - 1).join('')}…`;
};
