import { randomUUID } from 'node:crypto';

import type { WorkOrder } from '../../../src/application/ports/executor.port.js';

/** An order under a lease that lasts for the whole test. */
export const orderOf = (overrides: Partial<WorkOrder> = {}): WorkOrder => ({
  workId: randomUUID(),
  actionId: 'a-1',
  actionType: 'restart',
  targetId: 'i-1',
  stage: 0,
  fence: 1,
  attempt: 1,
  parameters: {},
  sourceVersion: null,
  scheduledAt: '2030-01-01T00:00:00.000Z',
  leaseUntil: '2099-01-01T00:00:00.000Z',
  correlationId: randomUUID(),
  ...overrides,
});
