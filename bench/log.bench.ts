import { randomUUID } from 'node:crypto';

import type { EventStore, NewEvent } from '../src/application/ports/event-store.port.js';
import { sized } from './support/bench.js';
import type { Bench, Effort } from './support/bench.js';
import { figure } from './support/figure.js';
import type { Figure } from './support/figure.js';
import { onGround } from './support/ground.js';
import type { Ground } from './support/ground.js';
import { elapsedMs, interleaved } from './support/rounds.js';

const EVENTS = 100_000;
const EVENTS_PER_APPEND = 500;
const PAGE = 500;

/** How fast a consumer can follow the log: in the pages that projectors read, each event decoded. */
export const logBench: Bench = {
  name: 'log',
  about: `readAll over ${String(EVENTS)} events in pages of ${String(PAGE)}`,
  run: (effort) => onGround((ground) => readLog(ground, effort)),
};

async function readLog({ store, postgres }: Ground, effort: Effort): Promise<readonly Figure[]> {
  const appends = Math.ceil(sized(EVENTS, effort) / EVENTS_PER_APPEND);
  for (let no = 0; no < appends; no += 1) {
    const events = Array.from({ length: EVENTS_PER_APPEND }, fact);
    await store.append({ streamId: `action-${String(no)}`, expected: 'no_stream', events });
  }
  await postgres.query({ text: 'vacuum analyze forewarn.events' });
  const { read } = await interleaved(effort, {
    read: async () => {
      const ms = await elapsedMs(() => readToEnd(store));
      return ((appends * EVENTS_PER_APPEND) / ms) * 1_000;
    },
  });
  return [figure('readAll', 'events/s', read)];
}

async function readToEnd(store: EventStore): Promise<void> {
  let after = 0n;
  for (;;) {
    const page = await store.readAll(after, PAGE);
    if (page.position === after) return;
    after = page.position;
  }
}

function fact(): NewEvent {
  const id = randomUUID();
  const at = new Date().toISOString();
  return {
    id,
    type: 'TargetClaimed',
    schema: 1,
    data: { targetId: 't-1', fence: 1, attempt: 1, holder: 'bench', leaseMs: 60_000, at },
    metadata: { actor: 'system:bench', commandId: id, correlationId: id, causationId: null },
  };
}
