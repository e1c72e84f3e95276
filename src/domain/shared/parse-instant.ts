import { FIRST_INSTANT_MS, LAST_INSTANT_MS } from './instant.js';

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * Reads an instant as of RFC 3339, offset required, to milliseconds since the Unix epoch; finer digits are cut off.
 * Null for everything else, days that do not exist and leap seconds included.
 */
export function parseInstant(text: string): number | null {
  const parts = RFC_3339.exec(text);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as Fields;
  const local = epochOfFields([year, month, day, hour, minute, second]);
  if (local === null) return null;
  const offset = offsetMs(parts);
  if (offset === null) return null;
  const epochMs = local + Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3)) - offset;
  return isInstant(epochMs) ? epochMs : null;
}

/** An offset can push a time out of the years that can be written. */
export const isInstant = (epochMs: number): boolean =>
  epochMs >= FIRST_INSTANT_MS && epochMs <= LAST_INSTANT_MS;

/** Year, month, day, hour, minute, second, as written. */
export type Fields = [number, number, number, number, number, number];

/** The fields as if they were UTC; null when there is no such day or time of day. */
export function epochOfFields([year, month, day, hour, minute, second]: Fields): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59) return null;
  return date.setUTCHours(hour, minute, second, 0);
}

function offsetMs([, , , , , , , , sign, hours = '00', minutes = '00']: readonly string[]):
  number | null {
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  const size = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -size : size;
}
