/** An instant as ISO-8601 UTC with milliseconds, so that an event reads the same in every store. */
export type Instant = string;

/** The years that four digits write. Other texts do not sort by time, and not every store can read them. */
export const FIRST_INSTANT_MS = Date.parse('0000-01-01T00:00:00.000Z');
export const LAST_INSTANT_MS = Date.parse('9999-12-31T23:59:59.999Z');

export const toInstant = (epochMs: number): Instant => new Date(epochMs).toISOString();

export const toEpochMs = (instant: Instant): number => Date.parse(instant);
