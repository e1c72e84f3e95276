/** Every limit of the HTTP edge, so that none is hidden in a call. */

/** Largest body where a route says nothing else. */
export const BODY_BYTES_MAX = 1_048_576;
/** Largest body of a streamed import. */
export const STREAMED_BODY_BYTES_MAX = 67_108_864;
/** Deepest nesting of objects and arrays in a JSON body. */
export const JSON_DEPTH_MAX = 20;
/** Largest header block. */
export const HEADER_BYTES_MAX = 16_384;
/** Longest part of a path. Ids are shorter; longer ones than this are refused before they are looked at. */
export const PATH_PART_CHARS_MAX = 512;
/** Time for the headers of a request to arrive; ends slow-header attacks. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** Time for a whole request to arrive, a streamed import included. */
export const REQUEST_TIMEOUT_MS = 120_000;
/** How long a connection without a request is kept. */
export const KEEP_ALIVE_MS = 65_000;
/** How often connections are looked at for the timeouts above. */
export const CONNECTIONS_CHECKED_EVERY_MS = 2_000;
/** Connections of one process; further ones are closed at once. */
export const CONNECTIONS_MAX = 4_096;
/** How long requests under way may go on when the process stops; then their connections are cut. */
export const DRAIN_TIMEOUT_MS = 10_000;
