import type { FieldError } from './decider.js';
import { toInstant } from './instant.js';
import type { Instant } from './instant.js';
import { epochOfFields, isInstant, parseInstant } from './parse-instant.js';
import type { Fields } from './parse-instant.js';

/** A time as a person writes it: with an offset, or as the clocks of a zone show it. */
export interface WrittenTime {
  readonly at: string;
  /** IANA zone. Needed when `at` has no offset. */
  readonly zone: string | null;
}

export type ResolvedInstant =
  | { readonly ok: true; readonly instant: Instant }
  | { readonly ok: false; readonly error: FieldError };

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2}))?$/;
const ZONE = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;
const DAY_MS = 86_400_000;

/**
 * Finds the instant that is meant. A local time that the clocks skip is refused, because any choice would surprise
 * somebody; one that they show twice means the first of the two.
 */
export function resolveInstant({ at, zone }: WrittenTime, pointer: string): ResolvedInstant {
  const absolute = parseInstant(at);
  if (absolute !== null) return { ok: true, instant: toInstant(absolute) };
  const local = localEpoch(at);
  if (local === null) return no(pointer, 'instant', 'must be a time that exists, in RFC 3339');
  if (zone === null) return no(pointer, 'offset', 'needs an offset, or a zone beside it');
  if (!isZone(zone)) return no(pointer, 'zone', 'must come with an IANA time zone');
  const earliest = instantsShowing(local, zone)[0];
  if (earliest !== undefined && !isInstant(earliest)) {
    return no(pointer, 'instant', 'must be between the years 0 and 9999, in UTC too');
  }
  if (earliest !== undefined) return { ok: true, instant: toInstant(earliest) };
  return no(pointer, 'skipped_time', `does not exist in ${zone}: the clocks skip it`);
}

export function isZone(zone: string): boolean {
  if (!ZONE.test(zone)) return false;
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** All instants at which the clocks of the zone show this time, the earliest first. */
function instantsShowing(local: number, zone: string): readonly number[] {
  const format = formatterOf(zone);
  const near = [local - DAY_MS, local, local + DAY_MS];
  const offsets = new Set(near.map((epochMs) => offsetAt(format, epochMs)));
  return [...offsets]
    .map((offset) => ({ epochMs: local - offset, offset }))
    .filter(({ epochMs, offset }) => offsetAt(format, epochMs) === offset)
    .map(({ epochMs }) => epochMs)
    .sort((a, b) => a - b);
}

function localEpoch(at: string): number | null {
  const parts = LOCAL.exec(at);
  return parts && epochOfFields(parts.slice(1, 7).map((part) => Number(part || 0)) as Fields);
}

const formatterOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

/** How far the clocks are ahead of UTC at an instant, in milliseconds. */
function offsetAt(format: Intl.DateTimeFormat, epochMs: number): number {
  const shown = Object.fromEntries(
    format.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(epochMs / 1000) * 1000;
}

const no = (pointer: string, code: string, message: string): ResolvedInstant => ({
  ok: false,
  error: { pointer, code, message: `${pointer.slice(1)} ${message}` },
});
