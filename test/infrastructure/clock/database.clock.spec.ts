import { beforeEach, describe, expect, it } from '@jest/globals';

import { isTrusted } from '../../../src/application/shared/trusted-clock.js';
import { DatabaseClock } from '../../../src/infrastructure/clock/database.clock.js';

const DATABASE_AHEAD_MS = 5_000_000;

/** A machine and a database, each with its own idea of the time. */
class TwoMachines {
  monotonicMs = 1_000;
  wallMs = 90_000_000;
  databaseAheadMs = DATABASE_AHEAD_MS;
  /** Way there and way back of each question to come; the last one stays. */
  trips: (readonly [number, number])[] = [[1, 1]];

  readonly clock = new DatabaseClock({
    monotonicMs: () => this.monotonicMs,
    wallMs: () => this.wallMs,
    database: () => {
      const [there, back] = (this.trips.length > 1 ? this.trips.shift() : this.trips[0]) ?? [0, 0];
      this.pass(there);
      const now = this.databaseNow;
      this.pass(back);
      return Promise.resolve(now);
    },
  });

  get databaseNow(): number {
    return this.monotonicMs + this.databaseAheadMs;
  }

  pass(ms: number): void {
    this.monotonicMs += ms;
    this.wallMs += ms;
  }
}

describe('the database clock', () => {
  let machines: TwoMachines;
  let clock: DatabaseClock;

  beforeEach(() => {
    machines = new TwoMachines();
    ({ clock } = machines);
  });

  it('is not trusted, and lets nothing be due, before its first measurement', () => {
    expect(isTrusted(clock)).toBe(false);
    expect(clock.pessimisticNow()).toBe(-Infinity);
  });

  it('C8: never runs ahead of the database on its pessimistic side, however lopsided the way is', async () => {
    for (const trip of [
      [0, 9],
      [9, 0],
      [4, 5],
    ] as const) {
      machines.trips = [trip];
      await clock.measure();
      expect(clock.pessimisticNow()).toBeLessThanOrEqual(machines.databaseNow);
      expect(clock.now() + clock.errorBoundMs()).toBeGreaterThanOrEqual(machines.databaseNow);
    }
  });

  it('takes the best of several answers, so that a stall of the event loop does not matter', async () => {
    machines.trips = [
      [1, 900],
      [2, 2],
      [700, 1],
      [400, 400],
    ];
    await clock.measure();
    expect(clock.errorBoundMs()).toBeLessThan(4);
    expect(Math.abs(clock.now() - machines.databaseNow)).toBeLessThan(4);
  });

  it('knows less the longer its measurement is ago, and is not trusted in the end', async () => {
    await clock.measure();
    const fresh = clock.errorBoundMs();
    machines.pass(10_000);
    expect(clock.errorBoundMs()).toBeGreaterThan(fresh);
    expect(isTrusted(clock)).toBe(true);
    machines.pass(100_000);
    expect(isTrusted(clock)).toBe(false);
    await clock.measure();
    expect(isTrusted(clock)).toBe(true);
  });

  it('keeps a good measurement when the next one is worse', async () => {
    await clock.measure();
    machines.trips = [[30, 30]];
    await clock.measure();
    expect(clock.errorBoundMs()).toBeLessThan(2);
  });

  it('follows a database whose clock was set, even with a worse measurement', async () => {
    await clock.measure();
    machines.databaseAheadMs -= 3_600_000;
    machines.trips = [[10, 10]];
    await clock.measure();
    expect(Math.abs(clock.now() - machines.databaseNow)).toBeLessThanOrEqual(10);
  });

  it('is not trusted after a jump of the wall clock, until it has measured again', async () => {
    await clock.measure();
    machines.wallMs += 3_600_000;
    expect(isTrusted(clock)).toBe(false);
    expect(clock.now()).toBeCloseTo(machines.databaseNow, 6);
    await clock.measure();
    expect(isTrusted(clock)).toBe(true);
    expect(Math.abs(clock.now() - machines.databaseNow)).toBeLessThanOrEqual(1);
  });

  it('measures spans on the clock that never jumps', () => {
    const before = clock.monotonicMs();
    machines.wallMs += 3_600_000;
    machines.pass(5);
    expect(clock.monotonicMs() - before).toBe(5);
  });
});
