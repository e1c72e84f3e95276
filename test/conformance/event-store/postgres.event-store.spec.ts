import { describe } from '@jest/globals';

import { describeEventStore } from './event-store.conformance.js';
import { createLogDatabase, startStoreProcess } from './stores.js';

describe.each(['shared_tag', 'counter_row'])('in mode %s', (mode) => {
  describeEventStore(`postgres, ${mode}`, async () => {
    const database = await createLogDatabase();
    const processes = [startStoreProcess(database.url), startStoreProcess(database.url)] as const;
    await processes[0].postgres.query({
      text: 'select forewarn.set_append_mode($1)',
      values: [mode],
    });
    return {
      stores: [processes[0].store, processes[1].store],
      close: async () => {
        await Promise.all(processes.map((process) => process.close()));
        await database.drop();
      },
    };
  });
});
