import { beforeEach, describe, expect, it, jest } from '@jest/globals';

import { MemoryEventStore } from '../../../src/infrastructure/event-store/memory/memory.event-store.js';
import { LogFeed } from '../../../src/projections/projector/log-feed.js';
import { PAGE_EVENTS_MAX } from '../../../src/projections/projector/whole-appends.js';
import { appendNumbers } from './tally.js';

const PAGES = 12;

let store: MemoryEventStore;
let feed: LogFeed;

beforeEach(async () => {
  store = new MemoryEventStore();
  feed = new LogFeed(store);
  await appendNumbers(store, 1, PAGES * PAGE_EVENTS_MAX);
});

async function readToEnd(reader: object, from = 0n): Promise<bigint> {
  let at = from;
  for (;;) {
    const page = await feed.next(reader, at);
    if (page === null) return at;
    at = page.position;
  }
}

describe('the feed of a process', () => {
  it('lets the first reader wait for the last, so that each page is read once', async () => {
    const readAll = jest.spyOn(store, 'readAll');
    const [first, last] = [{}, {}];
    await feed.next(last, 0n);
    const reading = readToEnd(first);
    let at = 0n;
    for (let page = await feed.next(last, at); page !== null; page = await feed.next(last, at)) {
      at = page.position;
      // Many turns of the first for each of the last.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(reading).resolves.toBe(at);
    // One more, because each full page leaves its last command to the next.
    expect(readAll.mock.calls.filter(([after]) => after < at)).toHaveLength(PAGES + 1);
  });

  it('waits once for a reader that is stuck, and for one that has left not at all', async () => {
    const stuck = {};
    await feed.next(stuck, 0n);
    await expect(readToEnd({})).resolves.toBe(BigInt(PAGES * PAGE_EVENTS_MAX));
    await expect(readToEnd(stuck)).resolves.toBe(BigInt(PAGES * PAGE_EVENTS_MAX));
  });

  it('lets everybody go who waits at the end of the log, when the signal is aborted', async () => {
    const end = await store.head();
    const stopping = new AbortController();
    const waiting = [feed.more(end, stopping.signal), feed.more(end, stopping.signal)];
    stopping.abort();
    await expect(Promise.all(waiting)).resolves.toHaveLength(2);
    feed.stop();
  });

  it('wakes all who wait at the end by one read', async () => {
    const end = await store.head();
    const { signal } = new AbortController();
    const waiting = [feed.more(end, signal), feed.more(end, signal)];
    await appendNumbers(store, 0, 1);
    await Promise.all(waiting);
    const readAll = jest.spyOn(store, 'readAll');
    const pages = [await feed.next({}, end), await feed.next({}, end)];
    expect(pages.map((page) => page?.events.length)).toEqual([1, 1]);
    expect(readAll).not.toHaveBeenCalled();
    feed.stop();
  });

  it('lets a failure of the store through to who reads, and reads again when asked again', async () => {
    jest.spyOn(store, 'readAll').mockRejectedValueOnce(new TypeError('the database is away'));
    const reader = {};
    await expect(feed.next(reader, 0n)).rejects.toThrow('the database is away');
    await expect(feed.next(reader, 0n)).resolves.toMatchObject({ position: 499n });
  });
});
