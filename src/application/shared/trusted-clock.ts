import type { Clock } from '../ports/clock.port.js';

/** A clock that may be further off than this decides nothing: whoever acts at a time waits until it is better known. */
export const CLOCK_ERROR_MAX_MS = 50;

export const isTrusted = (clock: Clock): boolean => clock.errorBoundMs() <= CLOCK_ERROR_MAX_MS;
