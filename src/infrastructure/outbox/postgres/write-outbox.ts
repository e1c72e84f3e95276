import type pg from 'pg';

import type { OutboxChange } from '../../../application/ports/outbox.port.js';
import { outboxBatch } from './outbox-batch.js';
import type { OutboxBatch } from './outbox-batch.js';
import { columnsOf } from './rows.js';
import { LOCK, POSTPONE, PUT, RECHECK, REMOVE } from './statements.js';

/** Writes a batch of the outbox consumer, set-based, on the connection of its transaction. */
export async function writeOutbox(
  client: pg.ClientBase,
  changes: readonly OutboxChange[],
): Promise<void> {
  const batch = outboxBatch(changes);
  const { removals, rechecks, puts, postponements } = batch;
  if (removals.length + rechecks.length + postponements.length > 0) await lock(client, batch);
  if (removals.length > 0) {
    await client.query({ name: 'outbox-remove', text: REMOVE, values: [removals] });
  }
  if (rechecks.length > 0) {
    await client.query({
      name: 'outbox-recheck',
      text: RECHECK,
      values: [rechecks.map(({ streamId }) => streamId), rechecks.map(({ targetId }) => targetId)],
    });
  }
  if (puts.length > 0) {
    await client.query({ name: 'outbox-put', text: PUT, values: [...columnsOf(puts)] });
  }
  if (postponements.length > 0) await postpone(client, batch);
}

async function lock(
  client: pg.ClientBase,
  { removals, rechecks, postponements }: OutboxBatch,
): Promise<void> {
  await client.query({
    name: 'outbox-lock',
    text: LOCK,
    values: [
      [...removals, ...postponements.map(({ dispatchId }) => dispatchId)],
      [...new Set(rechecks.map(({ streamId }) => streamId))],
    ],
  });
}

async function postpone(client: pg.ClientBase, { postponements }: OutboxBatch): Promise<void> {
  await client.query({
    name: 'outbox-postpone',
    text: POSTPONE,
    values: [
      postponements.map(({ dispatchId }) => dispatchId),
      postponements.map(({ dueAt }) => dueAt),
      postponements.map(({ attempt }) => attempt),
      postponements.map(({ ambiguous }) => ambiguous),
    ],
  });
}
