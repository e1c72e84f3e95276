import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { Listener } from '../../../src/infrastructure/postgres/listener.js';
import { Postgres } from '../../../src/infrastructure/postgres/postgres.js';
import { createDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

describe('listener', () => {
  let database: TestDatabase;
  let postgres: Postgres;
  let listener: Listener;
  beforeEach(async () => {
    database = await createDatabase();
    postgres = new Postgres({ url: database.url });
    listener = new Listener(postgres);
  });
  afterEach(async () => {
    await listener.stop();
    await postgres.close();
    await database.drop();
  });

  it('hears notifications on its channels only, also on one that it listens to later', async () => {
    const heard: string[] = [];
    listener.start();
    listener.listen('early', (payload) => heard.push(`early:${payload}`));
    await eventually(() => {
      expect(heard).toEqual(['early:']);
    });
    const stop = listener.listen('Later "one"', (payload) => heard.push(`later:${payload}`));

    await listener.notify('other', 'x');
    await listener.notify('early', '1');
    await listener.notify('Later "one"', '2');
    await eventually(() => {
      expect(heard).toEqual(['early:', 'early:1', 'later:2']);
    });
    stop();
    await listener.notify('Later "one"', '3');
    await listener.notify('early', '4');

    await eventually(() => {
      expect(heard).toEqual(['early:', 'early:1', 'later:2', 'early:4']);
    });
  });

  it('connects again when its connection is killed, and calls everyone because it may have missed some', async () => {
    const heard: string[] = [];
    listener.listen('channel', (payload) => heard.push(payload));
    listener.start();
    await eventually(() => {
      expect(heard).toEqual(['']);
    });

    await postgres.query({
      text: "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'forewarn listen'",
    });
    await eventually(() => {
      expect(heard).toEqual(['', '']);
    });
    await listener.notify('channel', 'again');

    await eventually(() => {
      expect(heard).toEqual(['', '', 'again']);
    });
  });
});
