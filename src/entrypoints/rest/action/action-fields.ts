import { ValidateBy } from 'class-validator';

import { durationMs } from '../validation/duration.js';

export const REASON_CHARS_MAX = 256;
export const SUBJECT_CHARS_MAX = 120;
export const BODY_CHARS_MAX = 2_000;
export const VERSION_CHARS_MAX = 128;
export const STAGES_MAX = 100;
export const LEADS_MAX = 5;
/** As many as a request may name, whatever fewer an installation allows. */
export const TARGET_IDS_MAX = 100_000;

/** An ISO 8601 duration between two lengths, in milliseconds. */
export const IsDuration = (minMs: number, maxMs: number): PropertyDecorator =>
  ValidateBy({
    name: 'duration',
    validator: {
      validate: (value: unknown) => isDurationWithin(value, minMs, maxMs),
      defaultMessage: () =>
        `$property must be an ISO 8601 duration such as PT24H, of ${String(minMs / 1000)} to ${String(maxMs / 1000)} seconds`,
    },
  });

export const isDurationWithin = (value: unknown, minMs: number, maxMs: number): boolean => {
  const ms = typeof value === 'string' ? durationMs(value) : null;
  return ms !== null && ms >= minMs && ms <= maxMs;
};

/** A list of ISO 8601 durations. */
export const AreDurations = (minMs: number, maxMs: number): PropertyDecorator =>
  ValidateBy({
    name: 'durations',
    validator: {
      validate: (value: unknown) =>
        Array.isArray(value) && value.every((item) => isDurationWithin(item, minMs, maxMs)),
      defaultMessage: () =>
        `$property must hold ISO 8601 durations of ${String(minMs / 1000)} to ${String(maxMs / 1000)} seconds`,
    },
  });
