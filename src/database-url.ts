import { ConfigInvalid } from './infrastructure/config/config-invalid.js';
import type { Config } from './infrastructure/config/config.js';

/** The database to use. By the time that anybody asks, the embedded one has put its own URL there. */
export function databaseUrlOf({ databaseUrl }: Config): string {
  if (databaseUrl === null) {
    throw new ConfigInvalid('DATABASE_URL', 'expected a PostgreSQL URL, found nothing');
  }
  return databaseUrl;
}
