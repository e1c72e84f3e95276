import { LINE_BYTES_MAX } from './import-limits.js';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its line end; null when it is longer than a line may be. */
  readonly bytes: Buffer | null;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Cuts a stream of bytes into lines. Holds no more than one line, and of one that is too long not even that. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let number = 0;
  let begun: Buffer[] = [];
  let length = 0;
  const keep = (part: Buffer): void => {
    length += part.length;
    if (length > LINE_BYTES_MAX) begun = [];
    else begun.push(part);
  };
  const end = (): Line => {
    const bytes = length > LINE_BYTES_MAX ? null : withoutReturn(Buffer.concat(begun));
    begun = [];
    length = 0;
    number += 1;
    return { number, bytes };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      keep(chunk.subarray(from, at));
      yield end();
      from = at + 1;
    }
    keep(chunk.subarray(from));
  }
  if (length > 0) yield end();
}

const withoutReturn = (line: Buffer): Buffer =>
  line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
