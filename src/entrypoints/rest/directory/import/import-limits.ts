/** Limits of an import; its size is that of a streamed body. */

export const LINE_BYTES_MAX = 65_536;
/** Lines that are written together; what is read ahead of the database is never more than such a batch. */
export const BATCH_LINES_MAX = 500;
export const BATCH_BYTES_MAX = 1_048_576;
/** Lines that are looked at before other requests get their turn. */
export const LINES_PER_TURN = 50;
/** Errors that the answer lists; further ones are counted. */
export const ERRORS_LISTED_MAX = 100;
export const PROGRESS_EVERY_MS = 1_000;
