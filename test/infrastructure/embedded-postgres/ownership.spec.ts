import fs from 'node:fs';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { DataDirInUse } from '../../../src/infrastructure/embedded-postgres/errors.js';
import { takeOwnership } from '../../../src/infrastructure/embedded-postgres/ownership.js';
import { makeScratchDirectory } from '../../support/scratch-directory.js';

describe('the ownership of a data directory', () => {
  let scratch: ReturnType<typeof makeScratchDirectory>;
  let dataDir: string;

  beforeEach(() => {
    scratch = makeScratchDirectory();
    dataDir = path.join(scratch.path, 'pg');
  });

  afterEach(() => {
    scratch.remove();
  });

  it('is exclusive until it is released', () => {
    const first = takeOwnership(dataDir);
    expect(() => takeOwnership(dataDir)).toThrow(DataDirInUse);
    first.release();
    takeOwnership(dataDir).release();
    expect(fs.readdirSync(scratch.path)).toEqual([]);
  });

  it.each([
    ['a process that is gone', '4194999 1'],
    ['a process whose pid belongs to another one by now', `${String(process.pid)} 1`],
    ['nobody, because the file was never finished', ''],
  ])('passes on from %s', (_case, content) => {
    fs.writeFileSync(`${dataDir}.owner`, content);
    const mine = takeOwnership(dataDir);
    expect(fs.readFileSync(`${dataDir}.owner`, 'utf8')).toContain(String(process.pid));
    mine.release();
  });
});
