import { integer, matching, oneOf, url } from '../kinds.js';
import { optional, setting } from '../setting.js';

/** Where the log and everything beside it are kept. */
export const databaseSettings = {
  databaseUrl: optional({
    env: 'DATABASE_URL',
    kind: url('postgres', 'postgresql'),
    secret: true,
    unset: 'the service runs a PostgreSQL of its own',
    doc: 'Connection string of your PostgreSQL (15 or newer).',
  }),
  dataDir: setting({
    env: 'FOREWARN_DATA_DIR',
    kind: matching(/\S/, 'a path'),
    fallback: '.forewarn',
    doc: 'Directory for what the service keeps on the disk, its own PostgreSQL above all. Relative to the working directory.',
  }),
  appendOrder: optional({
    env: 'FOREWARN_APPEND_ORDER',
    kind: oneOf('shared_tag', 'counter_row'),
    unset: 'the order that the database has; a new one has `shared_tag`',
    doc: 'How appends get their place in the log, for all processes of the database. `counter_row` is slower, and for connection poolers that forbid advisory locks.',
  }),
  writerConnections: setting({
    env: 'FOREWARN_WRITER_CONNECTIONS',
    kind: integer(1, 16),
    fallback: 3,
    doc: 'Connections that append to the log. Appends are grouped, so that a few suffice.',
  }),
  readConnections: setting({
    env: 'FOREWARN_READ_CONNECTIONS',
    kind: integer(1, 200),
    fallback: 10,
    doc: 'Connections for everything else.',
  }),
};
