/** An instant as ISO-8601 UTC with milliseconds, so that an event reads the same in every store. */
export type Instant = string;

export const toInstant = (epochMs: number): Instant => new Date(epochMs).toISOString();

export const toEpochMs = (instant: Instant): number => Date.parse(instant);
