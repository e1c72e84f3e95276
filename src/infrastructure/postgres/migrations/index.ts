import type { MigrationInterface } from 'typeorm';

import { EventLog } from './0001-event-log.js';
import { Access } from './0010-access.js';
import { Consumers } from './0020-consumers.js';
import { Timers } from './0030-timers.js';
import { Outbox } from './0031-outbox.js';
import { Leases } from './0032-leases.js';
import { Directory } from './0040-directory.js';

/** All migrations in the order in which they run; a released one is never edited. */
export const migrations: readonly (new () => MigrationInterface)[] = [
  EventLog,
  Access,
  Consumers,
  Timers,
  Outbox,
  Leases,
  Directory,
];
