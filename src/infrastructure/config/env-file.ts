import fs from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

import type { Environment } from './load-config.js';

/** The variables of the process, and behind them those of a `.env` file in the directory. */
export function readEnvironment(directory: string, own: Environment): Environment {
  const file = path.join(directory, '.env');
  return fs.existsSync(file) ? { ...parseEnv(fs.readFileSync(file, 'utf8')), ...own } : own;
}
