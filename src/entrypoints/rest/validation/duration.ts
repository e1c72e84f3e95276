import { parse } from 'tinyduration';

const UNIT_MS = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1_000,
} as const;

/**
 * Length of an ISO 8601 duration in milliseconds, or null. Years and months have no fixed length and are refused;
 * a day is 24 hours.
 */
export function durationMs(text: string): number | null {
  if (text.length > 32 || text.startsWith('-') || text.startsWith('+')) return null;
  try {
    const duration = parse(text);
    if ((duration.years ?? 0) > 0 || (duration.months ?? 0) > 0) return null;
    const units = Object.keys(UNIT_MS) as (keyof typeof UNIT_MS)[];
    const ms = units.reduce((sum, unit) => sum + (duration[unit] ?? 0) * UNIT_MS[unit], 0);
    return Number.isSafeInteger(ms) ? ms : null;
  } catch {
    return null;
  }
}
