import { refuseField, Refused } from '../problem/refused.js';
import { isStorableText } from '../validation/storable-text.js';
import { JSON_DEPTH_MAX } from './limits.js';

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DEPTH_CHANGE: ReadonlyMap<number, number> = new Map([
  [0x5b, 1],
  [0x7b, 1],
  [0x5d, -1],
  [0x7d, -1],
]);

/**
 * Reads a JSON body. Refuses what is not UTF-8, not JSON, nested too deep, carries a key that could reach a prototype,
 * or holds text that no store can keep, so that nothing behind it has to think of these again.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new Refused('malformed', 'the body is empty');
  const text = decodeUtf8(bytes);
  refuseDeepNesting(text);
  const value = parse(text);
  refuseHostileContent(value, '');
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Refused('malformed', 'the body is not valid UTF-8', { cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Refused('malformed', 'the body is not valid JSON', { cause });
  }
}

/** Counts brackets outside of strings, before a parser or a recursive function meets them. One pass, no backtracking. */
function refuseDeepNesting(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) inString = !inString;
    else if (inString) at += char === BACKSLASH ? 1 : 0;
    else depth += DEPTH_CHANGE.get(char) ?? 0;
    if (depth > JSON_DEPTH_MAX) {
      throw new Refused('malformed', `the body is nested deeper than ${String(JSON_DEPTH_MAX)}`);
    }
  }
}

/** Recursion is safe here: the depth is bounded already. */
function refuseHostileContent(value: unknown, pointer: string): void {
  if (typeof value === 'string') refuseHostileText(value, pointer);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw new Refused('malformed', `the key ${key} is not allowed`);
    refuseHostileText(key, pointer);
    refuseHostileContent(inner, `${pointer}/${escapePointer(key)}`);
  }
}

function refuseHostileText(text: string, pointer: string): void {
  if (isStorableText(text)) return;
  throw refuseField(pointer, 'text', 'text must not hold NUL or half of a surrogate pair');
}

/** One step of a JSON pointer (RFC 6901). */
export const escapePointer = (key: string): string =>
  key.replaceAll('~', '~0').replaceAll('/', '~1');
