import { Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';
import type { CommandBus } from '@nestjs/cqrs';

import type {
  Imported,
  ImportRecords,
} from '../../../../../src/application/directory/import-records.js';
import { StoreUnavailable } from '../../../../../src/application/ports/event-store.port.js';
import { DirectoryImport } from '../../../../../src/entrypoints/rest/directory/import/directory-import.js';
import { BATCH_LINES_MAX } from '../../../../../src/entrypoints/rest/directory/import/import-limits.js';
import { Refused } from '../../../../../src/entrypoints/rest/problem/refused.js';
import { asUser } from '../../../../application/directory/directory-world.js';
import { FakeClock } from '../../../../support/fake-clock.js';

const lines = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, index) => `{"kind":"target","targetId":"t-${String(index)}"}\n`,
  );

const startImport = (
  body: AsyncIterable<Buffer>,
  write: (command: ImportRecords, batch: number) => void = () => undefined,
) => {
  const clock = new FakeClock();
  const batches: ImportRecords[] = [];
  const execute = (command: ImportRecords): Promise<Imported> => {
    batches.push(command);
    clock.advance(700);
    write(command, batches.length);
    return Promise.resolve({ position: BigInt(batches.length), erasedRecipientIds: new Set() });
  };
  const answer = new DirectoryImport({ execute } as unknown as CommandBus, clock).run(
    body,
    asUser(),
  );
  return { answer, batches };
};

const readAll = async (answer: AsyncIterable<string>): Promise<unknown[]> => {
  const read: unknown[] = [];
  for await (const line of answer) read.push(JSON.parse(line));
  return read;
};

const bodyOf = (text: string): AsyncIterable<Buffer> => Readable.from([Buffer.from(text)]);

describe('an import', () => {
  it('writes bounded batches, each a command of its own, and shows its rate', async () => {
    const { answer, batches } = startImport(bodyOf(lines(BATCH_LINES_MAX * 2 + 1).join('')));
    const read = await readAll(answer);
    expect(batches.map(({ records }) => records.length)).toEqual([500, 500, 1]);
    expect(new Set(batches.map(({ metadata }) => metadata.commandId)).size).toBe(3);
    expect(read).toEqual([
      { progress: { lines: 1_000, accepted: 1_000, rejected: 0, ratePerSecond: 714 } },
      { progress: { lines: 1_001, accepted: 1_001, rejected: 0, ratePerSecond: 477 } },
      expect.objectContaining({ done: true, accepted: 1_001, position: '3' }),
    ]);
  });

  it('reads nothing while a batch is on its way', async () => {
    let given = 0;
    const body = Readable.from(
      (function* () {
        for (const line of lines(2_000)) {
          given += 1;
          yield Buffer.from(line);
        }
      })(),
      { highWaterMark: 1 },
    );
    const givenAtWrite: number[] = [];
    const { answer } = startImport(body, () => givenAtWrite.push(given));
    await readAll(answer);
    givenAtWrite.forEach((count, batch) => {
      expect(count).toBeLessThanOrEqual((batch + 1) * BATCH_LINES_MAX + 3);
    });
    expect(givenAtWrite).toHaveLength(4);
  });

  it('says what is written when the store goes away', async () => {
    const { answer } = startImport(bodyOf(lines(1_200).join('')), (_, batch) => {
      if (batch === 2) throw new StoreUnavailable('away');
    });
    expect((await readAll(answer)).at(-1)).toMatchObject({
      done: false,
      failure: { code: 'unavailable' },
      accepted: 500,
      position: '1',
    });
  });

  it('says what is written when the body turns out too large', async () => {
    const body = (async function* () {
      yield await Promise.resolve(Buffer.from(lines(501).join('')));
      throw new Refused('payload_too_large', 'the body is over 64 MiB');
    })();
    expect((await readAll(startImport(body).answer)).at(-1)).toMatchObject({
      done: false,
      failure: { code: 'payload_too_large' },
      accepted: 500,
    });
  });
});
