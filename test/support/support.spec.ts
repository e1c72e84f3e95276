import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';

import { createDatabase } from './database.js';
import { eventually } from './eventually.js';
import { FakeClock } from './fake-clock.js';

describe('the test support', () => {
  it('gives each test an empty database of its own', async () => {
    const [first, second] = await Promise.all([createDatabase(), createDatabase()]);
    const client = new Client({ connectionString: first.url });
    await client.connect();
    await client.query('create table only_here (id int)');
    expect(second.url).not.toBe(first.url);
    await client.end();
    await first.drop();
    await second.drop();
  });

  it('drops a database that is still in use', async () => {
    const database = await createDatabase();
    const client = new Client({ connectionString: database.url });
    client.on('error', () => undefined);
    const broken = new Promise<string>((resolve) => {
      client.once('end', () => {
        resolve('connection ended');
      });
    });
    await client.connect();
    await database.drop();
    await expect(broken).resolves.toBe('connection ended');
  });

  it('waits for what comes true later, and reports what never does', async () => {
    let tries = 0;
    await eventually(() => {
      tries += 1;
      expect(tries).toBe(3);
    });
    await expect(
      eventually(() => Promise.reject(new TypeError('never')), { withinMs: 1 }),
    ).rejects.toThrow('never');
  });

  it('moves the fake clock by hand only', () => {
    const clock = new FakeClock('2030-01-01T00:00:00.000Z', 5);
    clock.advance(1_000);
    expect(clock.now()).toBe(Date.parse('2030-01-01T00:00:01.000Z'));
    expect(clock.pessimisticNow()).toBe(clock.now() - 5);
    clock.set(0);
    expect([clock.now(), clock.monotonicMs()]).toEqual([0, 1_000]);
  });
});
