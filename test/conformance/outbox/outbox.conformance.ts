/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals';

import { claimSuite } from './claim.conformance.js';
import { envelopeSuite } from './envelope.conformance.js';
import { laneSuite } from './lane.conformance.js';
import { OutboxDriver } from './outbox-driver.js';
import type { OutboxFixture } from './outbox-fixture.js';
import { recheckSuite } from './recheck.conformance.js';
import { recoverySuite } from './recovery.conformance.js';

/** What every outbox guarantees. */
export function outboxSuite(name: string, open: () => Promise<OutboxFixture>): void {
  describe(`${name} outbox`, () => {
    let driver: OutboxDriver | null = null;
    const current = (): OutboxDriver => {
      if (driver === null) throw new TypeError('not open yet');
      return driver;
    };

    beforeAll(async () => {
      driver = new OutboxDriver(await open());
    });

    beforeEach(async () => {
      await current().begin();
    });

    afterAll(async () => {
      await current().fixture.close();
    });

    claimSuite(current);
    envelopeSuite(current);
    laneSuite(current);
    recheckSuite(current);
    recoverySuite(current);
  });
}
