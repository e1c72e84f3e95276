import { randomInt } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { endDemos, playKilledDemo } from './support/killed-demo.js';
import type { KilledDemo } from './support/killed-demo.js';

/** `CRASH_SEED=… npm test -- test/crash/demo-kill.spec.ts` plays the same moments again. */
const seed = Number(process.env['CRASH_SEED'] ?? randomInt(2 ** 31));
const PATIENCE_MS = 300_000;
const KILLS_MIN = 6;
const PHASES = ['applying', 'cancelling', 'notices', 'scheduling'];

describe(`a service that is killed again and again (seed ${String(seed)})`, () => {
  let played: KilledDemo;

  beforeAll(async () => {
    played = await playKilledDemo(seed);
    process.stdout.write(`demo-kill, seed ${String(seed)}: ${summaryOf(played)}\n`);
  }, PATIENCE_MS);

  afterAll(endDemos, PATIENCE_MS);

  const broken = (start: string) =>
    played.promises
      .filter(({ name, isKept }) => name.startsWith(start) && !isKept)
      .map(({ name, looked, broken: what }) => ({ name, looked, broken: what.slice(0, 5) }));
  const tried = (start: string) =>
    played.promises.filter(({ name }) => name.startsWith(start)).length;

  it('was killed while it scheduled, warned, applied and cancelled', () => {
    expect(played.kills.length).toBeGreaterThanOrEqual(KILLS_MIN);
    expect([...new Set(played.kills.map(({ phase }) => phase))].sort()).toEqual(PHASES);
  });

  it.each([
    ['1', 'loses nothing that it acknowledged (S1, S8, S9)'],
    ['2', 'lets one action hold a target (S4)'],
    ['3', 'applies a target once, and nothing under a stale fence (C1, C2, C4)'],
    ['4', 'never applies early (C8)'],
    ['5', 'leaves everybody with the truth as their last message (N4, N5, N6, N12)'],
    ['6', 'has each effect once, and says so where it cannot know (N1, N8)'],
    ['+', 'balances its counters and leaves no dispatch waiting (S11, N11)'],
  ])('promise %s: %s', (start) => {
    expect(tried(start)).toBeGreaterThan(0);
    expect(broken(start)).toEqual([]);
  });

  it('ends what it was asked to do, and leaves nothing at work (S10)', () => {
    // A service that was away for too long may find the last stage through before it can be called off.
    const calledOff = expect.stringMatching(/^(?:cancelled|completed)$/);
    expect(played.statuses).toEqual([
      ['version_change', calledOff],
      ['restart', 'completed'],
    ]);
    expect(played.counters).toMatchObject([
      { pending: 0, running: 0 },
      { pending: 0, running: 0 },
    ]);
  });
});

const summaryOf = ({ kills, uncertain, counts }: KilledDemo): string => {
  const down = kills.map(({ phase, delayMs }) => `${phase}+${String(delayMs)} ms`).join(', ');
  return `killed at ${down}; ${String(uncertain)} uncertain; ${JSON.stringify(counts)}`;
};
