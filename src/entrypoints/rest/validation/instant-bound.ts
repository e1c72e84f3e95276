import { toInstant } from '../../../domain/shared/instant.js';
import type { Instant } from '../../../domain/shared/instant.js';
import { parseInstant } from '../../../domain/shared/parse-instant.js';

/** PostgreSQL knows no year 0. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00.000Z');

/** A checked RFC 3339 time of a filter, as read models compare it. */
export function instantBound(text: string): Instant {
  return toInstant(Math.max(FIRST_MS, parseInstant(text) ?? FIRST_MS));
}
