import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { decodeEvent } from '../../../src/application/shared/decode-event.js';
import { UndecodableEvent } from '../../../src/application/shared/undecodable-event.js';
import { MemoryEventStore } from '../../../src/infrastructure/event-store/memory/memory.event-store.js';
import { LogFeed } from '../../../src/projections/projector/log-feed.js';
import { ProgressSignal } from '../../../src/projections/projector/progress-signal.js';
import { ProjectionsHealth } from '../../../src/projections/projector/projections.health.js';
import { ProjectorGroup } from '../../../src/projections/projector/projector-group.js';
import { Projector } from '../../../src/projections/projector/projector.js';
import { eventually } from '../../support/eventually.js';
import { Tally, appendNumbers } from './tally.js';

const QUICK = { leaseMs: 3_000, renewMs: 5, standbyMs: 5 };

let store: MemoryEventStore;
let tally: Tally;
let open: Projector<number>[];

const projector = (owner = 'a', of = tally): Projector<number> => {
  const { consumer, sink } = of;
  const made = new Projector({ consumer, sink, feed: new LogFeed(store), owner, times: QUICK });
  open.push(made);
  return made;
};

beforeEach(() => {
  store = new MemoryEventStore();
  tally = new Tally();
  open = [];
  Logger.overrideLogger(false);
});

afterEach(async () => {
  await Promise.all(open.map((each) => each.stop()));
});

describe('a projector', () => {
  it('projects every event once, in order, and follows what comes', async () => {
    const first = await appendNumbers(store, 1, 1_200);
    const following = projector();
    following.start();
    await eventually(() => {
      expect(tally.seen).toEqual(first);
    });
    const second = await appendNumbers(store, 1_201, 30);
    await eventually(() => {
      expect(tally.seen).toEqual([...first, ...second]);
    });
    expect(following.state).toMatchObject({ status: 'following', position: 1_230n });
  });

  it('goes on where it ended', async () => {
    const first = await appendNumbers(store, 1, 5);
    const before = projector();
    await expect(before.runOnce()).resolves.toEqual({ events: 5, changes: 5 });
    await before.stop();
    const second = await appendNumbers(store, 6, 5);
    await projector('b').runOnce();
    expect(tally.seen).toEqual([...first, ...second]);
  });

  it('stands by while another process has the consumer, and takes over when its lease is over', async () => {
    await appendNumbers(store, 1, 2);
    const dead = projector('dead');
    await dead.runOnce();
    const standby = projector('standby');
    standby.start();
    await eventually(() => {
      expect(standby.state.status).toBe('standby');
    });
    await appendNumbers(store, 3, 1);
    expect(tally.seen).toEqual([1, 2]);
    tally.clock.advance(QUICK.leaseMs);
    await eventually(() => {
      expect(tally.seen).toEqual([1, 2, 3]);
    });
  });

  it('keeps the consumer while nothing happens', async () => {
    const holder = projector('holder');
    holder.start();
    await eventually(() => {
      expect(holder.state.status).toBe('following');
    });
    const commit = jest.spyOn(tally.sink, 'commit');
    tally.clock.advance(QUICK.leaseMs - 1);
    await eventually(() => {
      expect(commit.mock.calls.length).toBeGreaterThan(1);
    });
    tally.clock.advance(QUICK.leaseMs - 1);
    const other = await tally.sink.acquire({ name: 'tally', version: 1, shard: 0 }, 'other', 1);
    expect(other).toBeNull();
  });

  it('takes a new tenure when it was overtaken, and applies nothing twice', async () => {
    await appendNumbers(store, 1, 3);
    const overtaken = projector('overtaken');
    await overtaken.runOnce();
    tally.clock.advance(QUICK.leaseMs);
    await appendNumbers(store, 4, 1);
    await projector('faster').runOnce();
    await appendNumbers(store, 5, 1);
    await overtaken.runOnce();
    expect(overtaken.state.position).toBeNull();
    tally.clock.advance(QUICK.leaseMs);
    await overtaken.runOnce();
    expect(tally.seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('tries again after a fault, from the position that was committed', async () => {
    await appendNumbers(store, 1, 3);
    const commit = jest.spyOn(tally.sink, 'commit');
    commit.mockRejectedValueOnce(new TypeError('the database is away'));
    projector().start();
    await eventually(() => {
      expect(tally.seen).toEqual([1, 2, 3]);
    });
    expect(commit.mock.calls.length).toBeGreaterThan(1);
  });

  it('does not apply a batch again whose answer was lost', async () => {
    await appendNumbers(store, 1, 3);
    const { sink } = tally;
    const commit = sink.commit.bind(sink);
    jest.spyOn(sink, 'commit').mockImplementationOnce(async (...batch) => {
      await commit(...batch);
      throw new TypeError('the connection broke');
    });
    projector().start();
    await appendNumbers(store, 4, 1);
    await eventually(() => {
      expect(tally.seen).toEqual([1, 2, 3, 4]);
    });
  });

  it('parks in front of an event that cannot be read, says which one, and lets nothing pass (O5)', async () => {
    await appendNumbers(store, 1, 3);
    const { consumer, sink } = tally;
    const parked = new Projector({
      consumer: {
        ...consumer,
        project: (recorded) => {
          if (recorded.position === 3n) decodeEvent(recorded);
          return consumer.project(recorded);
        },
      },
      sink,
      feed: new LogFeed(store),
      owner: 'a',
      times: QUICK,
    });
    open.push(parked);
    parked.start();
    await eventually(() => {
      expect(parked.state.status).toBe('parked');
    });
    expect(tally.seen).toEqual([1, 2]);
    expect(parked.state.error).toBeInstanceOf(UndecodableEvent);
    const health = new ProjectionsHealth(new ProjectorGroup([parked], new LogFeed(store)));
    await expect(health.check()).resolves.toEqual({
      healthy: false,
      reason: expect.stringMatching(
        /tally is parked: .*stream action-numbers, at position 3.*Counted is unknown/,
      ),
    });
  });

  it('parks when a projection throws, and goes on from there when it is started again', async () => {
    await appendNumbers(store, 1, 4);
    tally.before = (number) => {
      if (number === 3) throw new RangeError('no such target');
    };
    const parked = projector();
    parked.start();
    await eventually(() => {
      expect(parked.state).toMatchObject({
        status: 'parked',
        error: { name: 'ProjectionFailed', streamId: 'action-numbers', position: 3n },
      });
    });
    tally.before = () => undefined;
    parked.start();
    await eventually(() => {
      expect(tally.seen).toEqual([1, 2, 3, 4]);
    });
    expect(parked.state).toMatchObject({ status: 'following', error: null });
  });

  it('gives its consumer up when it stops', async () => {
    const leaving = projector('leaving');
    leaving.start();
    await eventually(() => {
      expect(leaving.state.status).toBe('following');
    });
    await leaving.stop();
    expect(leaving.state.status).toBe('stopped');
    await appendNumbers(store, 1, 1);
    await projector('next').runOnce();
    expect(tally.seen).toEqual([1]);
  });

  it('tells the process after each batch that it has moved', async () => {
    await appendNumbers(store, 1, 2);
    const signal = new ProgressSignal();
    const moved = jest.fn();
    const forget = signal.onMoved(moved);
    const { consumer, sink } = tally;
    const feed = new LogFeed(store);
    const telling = new Projector({ consumer, sink, feed, owner: 'a', signal, times: QUICK });
    open.push(telling);
    await telling.runOnce();
    await telling.runOnce();
    expect(moved).toHaveBeenCalledTimes(1);
    forget();
    await appendNumbers(store, 3, 1);
    await telling.runOnce();
    expect(moved).toHaveBeenCalledTimes(1);
  });
});

describe('the projectors of a process', () => {
  it('read the log once between them', async () => {
    const numbers = await appendNumbers(store, 1, 1_600);
    const readAll = jest.spyOn(store, 'readAll');
    const feed = new LogFeed(store);
    const tallies = Array.from({ length: 8 }, (_, index) => new Tally(`tally ${String(index)}`));
    const group = new ProjectorGroup(
      tallies.map(
        ({ consumer, sink }) => new Projector({ consumer, sink, feed, owner: 'a', times: QUICK }),
      ),
      feed,
    );
    group.start();
    await eventually(() => {
      for (const { seen } of tallies) expect(seen).toEqual(numbers);
    });
    const reads = readAll.mock.calls.filter(([after]) => after < 1_600n);
    expect(reads.map(([after]) => after)).toEqual([0n, 499n, 998n, 1_497n]);
    const more = await appendNumbers(store, 1_601, 20);
    await eventually(() => {
      for (const { seen } of tallies) expect(seen).toEqual([...numbers, ...more]);
    });
    await group.stop();
    expect(group.states.map(({ status }) => status)).toEqual(tallies.map(() => 'stopped'));
  });

  it('wait for none that is slower or parked', async () => {
    const numbers = await appendNumbers(store, 1, 5_000);
    const feed = new LogFeed(store);
    const [quick, late] = [new Tally('quick'), new Tally('late')];
    const made = [quick, late].map(
      ({ consumer, sink }) => new Projector({ consumer, sink, feed, owner: 'a', times: QUICK }),
    );
    open.push(...made);
    made[0]?.start();
    await eventually(() => {
      expect(quick.seen).toEqual(numbers);
    });
    made[1]?.start();
    await eventually(() => {
      expect(late.seen).toEqual(numbers);
    });
    const more = await appendNumbers(store, 5_001, 3);
    await eventually(() => {
      expect(late.seen).toEqual([...numbers, ...more]);
      expect(quick.seen).toEqual([...numbers, ...more]);
    });
  });
});
