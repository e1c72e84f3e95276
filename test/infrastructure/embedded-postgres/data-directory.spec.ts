import fs from 'node:fs';
import path from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';

import { prepareDataDirectory } from '../../../src/infrastructure/embedded-postgres/data-directory.js';
import { startPostgres } from '../../../src/infrastructure/embedded-postgres/embedded-postgres.js';
import { makeScratchDirectory } from '../../support/scratch-directory.js';
import { query } from './query.js';

/** Only root runs PostgreSQL under another account, and only then can a directory be out of its reach. */
const itAsRoot = process.getuid?.() === 0 ? it : it.skip;

describe('the data directory', () => {
  const leftovers: string[] = [];

  afterEach(() => {
    for (const folder of leftovers.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
  });

  it('is made where it is wanted, closed itself and without closing its parents', () => {
    const scratch = makeScratchDirectory();
    leftovers.push(scratch.path);
    const wanted = path.join(scratch.path, 'new', 'pg');
    const umask = process.umask(0o077);
    const { dataDir, fellBackFrom } = prepareDataDirectory(wanted);
    process.umask(umask);
    expect({ dataDir, fellBackFrom }).toEqual({ dataDir: wanted, fellBackFrom: undefined });
    expect(fs.statSync(wanted).mode & 0o777).toBe(0o700);
  });

  itAsRoot(
    'lies elsewhere, always in the same place, when the account cannot reach it',
    async () => {
      const closed = makeScratchDirectory(0o700);
      leftovers.push(closed.path);
      const wanted = path.join(closed.path, 'pg');
      const postgres = await startPostgres({ dataDir: wanted });
      leftovers.push(path.dirname(postgres.dataDir));
      expect(postgres.fellBackFrom).toBe(wanted);
      await query(postgres.url, 'create table kept as select 42 as answer');
      await postgres.stop();

      fs.chmodSync(closed.path, 0o755);
      const again = await startPostgres({ dataDir: wanted });
      expect(again.dataDir).toBe(postgres.dataDir);
      expect(await query(again.url, 'select answer from kept')).toEqual([42]);
      await again.stop();
    },
  );
});
