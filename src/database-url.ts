import type { Config } from './infrastructure/config/config.js';
import { ConfigInvalid } from './infrastructure/config/config-invalid.js';

/** The database to use. By the time that anybody asks, the embedded one has put its own URL there. */
export function databaseUrlOf({ databaseUrl }: Config): string {
  if (databaseUrl === null || databaseUrl === undefined) {
    throw new ConfigInvalid('DATABASE_URL', 'expected a PostgreSQL URL, found nothing');
  }
  return databaseUrl;
}
