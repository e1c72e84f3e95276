import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import {
  EVENTS_PER_APPEND_MAX,
  StoreUnavailable,
} from '../../../src/application/ports/event-store.port.js';
import { CommandRunner } from '../../../src/application/shared/command-runner.js';
import { MemoryEventStore } from '../../../src/infrastructure/event-store/memory/memory.event-store.js';
import { FakeClock } from '../../support/fake-clock.js';
import { ScriptedStore } from '../../support/scripted-store.js';
import { add, background, BrokenCommand, human, repeatable, tally } from './tally.js';
import type { TallyCommand } from './tally.js';

const STREAM = 'catalogue';

describe('the lane of a stream', () => {
  let clock: FakeClock;
  let log: MemoryEventStore;
  let store: ScriptedStore;
  let runner: CommandRunner;
  let elsewhere: CommandRunner;
  const unhandled: unknown[] = [];
  const note = (fault: unknown): void => void unhandled.push(fault);

  beforeAll(() => {
    process.on('unhandledRejection', note);
  });
  afterAll(() => {
    process.off('unhandledRejection', note);
  });

  beforeEach(() => {
    clock = new FakeClock();
    log = new MemoryEventStore(() => clock.now());
    store = new ScriptedStore(log);
    runner = new CommandRunner(store, clock);
    elsewhere = new CommandRunner(log, clock);
  });

  const run = (command: TallyCommand, context = human()) =>
    runner.run(tally, STREAM, command, context);
  const runElsewhere = (command: TallyCommand, context = human()) =>
    elsewhere.run(tally, STREAM, command, context);
  const labels = async (): Promise<readonly string[]> =>
    (await log.readStream(STREAM)).events.map(({ data }) => (data as { version: string }).version);

  it('puts 200 commands that come at once into few appends, in their order', async () => {
    const names = Array.from({ length: 200 }, (_, index) => String(index));
    const answers = await Promise.all(names.map((name) => run(add(name))));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(await labels()).toEqual(names);
    expect(store.calls.append).toBeLessThanOrEqual(5);
  });

  it('keeps the appends of duties small, and lets people pass', async () => {
    const duties = Array.from({ length: 30 }, (_, index) => `duty ${String(index)}`);
    const answers = duties.map((name) => run(add(name), background()));
    store.once('before', 'append', () => {
      answers.push(run(add('person')));
    });
    await Promise.all(answers);
    while (answers.length < 31) await Promise.resolve();
    await Promise.all(answers);
    expect((await labels()).indexOf('person')).toBe(8);
  });

  it('decides anew when another process has appended first, and loses and doubles nothing', async () => {
    await run(add('first'));
    const mine = Array.from({ length: 50 }, (_, index) => `mine ${String(index)}`);
    const theirs = Array.from({ length: 50 }, (_, index) => `theirs ${String(index)}`);
    await Promise.all([
      ...mine.map((name) => run({ type: 'ensure', label: name }, background())),
      ...theirs.map((name) => runElsewhere({ type: 'ensure', label: name }, background())),
    ]);
    const all = await labels();
    expect(all).toHaveLength(101);
    expect(new Set(all)).toEqual(new Set(['first', ...mine, ...theirs]));
  });

  it('refuses only by a state that was confirmed after the command came (RULES 16)', async () => {
    await run(add('one'));
    await runElsewhere(add('two'));
    expect(await run({ type: 'expectAtMost', max: 1 })).toMatchObject({ ok: false });
  });

  it('does not say that nothing has to change when another process has changed it (RULES 16)', async () => {
    await run(add('one'));
    await runElsewhere(add('two'));
    expect(await run({ type: 'ensure', label: 'two' })).toMatchObject({
      ok: true,
      events: [],
      version: 1,
    });
    expect(await runner.look(tally, STREAM, human())).toEqual(['one', 'two']);
  });

  it('costs one read of the tail to answer without an append', async () => {
    await run(add('one'));
    await runElsewhere(add('two'));
    store.calls.readStream = 0;
    await runner.look(tally, STREAM, human());
    expect(store.calls.readStream).toBe(1);
    const other = new CommandRunner(store, clock);
    await other.look(tally, STREAM, human());
    expect(store.calls.readStream).toBe(2);
  });

  it('finds by its ids an append whose answer got lost', async () => {
    store.loseNextAnswer();
    const answer = await run(add('a', 'b'), background());
    expect(answer).toMatchObject({ ok: true, version: 1, position: 2n, state: ['a', 'b'] });
    expect(answer.ok && answer.events).toHaveLength(2);
    await run(add('c'));
    expect(await labels()).toEqual(['a', 'b', 'c']);
  });

  it('knows what others appended behind an append whose answer got lost', async () => {
    store.once('after', 'append', async () => {
      await runElsewhere(add('theirs'));
      throw new StoreUnavailable('the answer got lost');
    });
    expect(await run(add('mine'))).toMatchObject({ ok: true, state: ['mine', 'theirs'] });
    await run(add('next'));
    expect(await labels()).toEqual(['mine', 'theirs', 'next']);
  });

  it('obeys a repeated command once, however it was sent', async () => {
    const context = repeatable();
    const answers = await Promise.all([
      run(add('x'), context),
      run(add('x'), context),
      runElsewhere(add('x'), context),
    ]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(await run(add('x'), context)).toMatchObject({ ok: true, events: [], position: 1n });
    expect(await labels()).toEqual(['x']);
  });

  it('keeps a second sending of a command out of the append of the first', async () => {
    const context = repeatable();
    await Promise.all([run(add('x'), context), run(add('x'), context), run(add('y'))]);
    expect(await labels()).toEqual(['x', 'y']);
    expect(store.calls.append).toBe(2);
  });

  it('tells a repeated command from its neighbours when another process was first', async () => {
    const context = repeatable();
    await run(add('start'));
    store.once('before', 'append', () => runElsewhere(add('x'), context));
    const answers = await Promise.all([run(add('x'), context), run(add('y'))]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
    expect(await labels()).toEqual(['start', 'x', 'y']);
  });

  it('fails all who wait while the store is down, and goes on when it is back', async () => {
    await run(add('one'));
    store.isDown = true;
    const failures = await Promise.allSettled([
      run(add('a')),
      run(add('b'), background()),
      run(add('c')),
    ]);
    expect(
      failures.map((failure) =>
        failure.status === 'rejected' ? (failure.reason as unknown) : null,
      ),
    ).toEqual(Array(3).fill(expect.any(StoreUnavailable)));
    store.isDown = false;
    store.calls.readStream = 0;
    await run(add('two'));
    expect(await labels()).toEqual(['one', 'two']);
    expect(store.calls.readStream).toBe(0);
  });

  it('appends a command that takes reservations alone', async () => {
    const answers = await Promise.all([
      run(add('a')),
      run({ type: 'add', labels: ['b'], reserve: ['t1'] }),
      run(add('c')),
    ]);
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(store.calls.append).toBe(3);
    expect(await labels()).toEqual(['a', 'b', 'c']);
  });

  it('refuses one whose target is held elsewhere, and goes on (S4)', async () => {
    await elsewhere.run(tally, 'other', { type: 'add', labels: ['x'], reserve: ['t1'] }, human());
    const [busy, free] = await Promise.all([
      run({ type: 'add', labels: ['b'], reserve: ['t1'] }),
      run(add('c')),
    ]);
    expect(busy).toMatchObject({
      ok: false,
      refusal: { code: 'target_busy', facts: { targets: [{ targetId: 't1', streamId: 'other' }] } },
    });
    expect(free.ok).toBe(true);
    expect(await labels()).toEqual(['c']);
  });

  it('splits what is too much for one append', async () => {
    const half = Array.from({ length: EVENTS_PER_APPEND_MAX / 2 + 1 }, (_, index) => String(index));
    const answers = await Promise.all([run(add(...half)), run(add(...half)), run(add('last'))]);
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(store.calls.append).toBe(2);
    expect(await labels()).toEqual([...half, ...half, 'last']);
  });

  it('fails a command that cannot be decided or appended, and none of its neighbours', async () => {
    const tooMuch = Array.from({ length: EVENTS_PER_APPEND_MAX + 1 }, (_, index) => String(index));
    const answers = await Promise.allSettled([
      run(add('a')),
      run({ type: 'break' }),
      run(add(...tooMuch)),
      run(add('b')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(answers[1]).toMatchObject({ reason: expect.any(BrokenCommand) });
    expect(await labels()).toEqual(['a', 'b']);
  });

  const keepAppendingFirst = (every: () => void): void => {
    store.once('before', 'append', async () => {
      keepAppendingFirst(every);
      every();
      await runElsewhere(add('theirs'));
    });
  };

  it('gives up on a stream where others are always first, with a fault that may be tried again', async () => {
    keepAppendingFirst(() => {
      clock.advance(1_000);
    });
    await expect(run(add('mine'))).rejects.toThrow(StoreUnavailable);
    expect(clock.monotonicMs()).toBeGreaterThan(10_000);
    expect(await labels()).not.toContain('mine');
  });

  it('answers a look on a stream where others never stop appending', async () => {
    await run(add('one'));
    store.once('before', 'readStream', () => runElsewhere(add('two')));
    store.once('before', 'readStream', () => runElsewhere(add('three')));
    expect(await runner.look(tally, STREAM, background())).toEqual(['one', 'two']);
  });

  it('lets a person pass a duty that loses its race again and again', async () => {
    await run(add('start'));
    let person: Promise<unknown> = Promise.resolve();
    let hasAsked = false;
    let rounds = 0;
    const compete = (): void => {
      store.once('before', 'append', async () => {
        rounds += 1;
        if (hasAsked) return;
        hasAsked = true;
        person = run(add('person'));
        await runElsewhere(add('theirs'));
      });
    };
    compete();
    compete();
    await run(add('duty'), background());
    await person;
    expect(rounds).toBe(2);
    expect(await labels()).toEqual(['start', 'theirs', 'person', 'duty']);
  });

  it('forgets streams that nobody asked about for long, and reads them again', async () => {
    for (let index = 0; index < 300; index += 1) {
      await runner.run(tally, `stream-${String(index)}`, add('x'), human());
    }
    store.calls.readStream = 0;
    await runner.look(tally, 'stream-299', human());
    expect(store.calls.readStream).toBe(1);
    expect(await runner.look(tally, 'stream-0', human())).toEqual(['x']);
    const { size } = (runner as unknown as { lanes: ReadonlyMap<string, unknown> }).lanes;
    expect(size).toBeLessThanOrEqual(256);
  });

  it('leaves no rejection to nobody', async () => {
    store.isDown = true;
    await Promise.allSettled([run(add('a')), run({ type: 'break' }), run(add('b'), repeatable())]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});
