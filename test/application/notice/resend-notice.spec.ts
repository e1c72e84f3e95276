import { beforeEach, describe, expect, it } from '@jest/globals';

import {
  ResendNotice,
  ResendNoticeHandler,
} from '../../../src/application/notice/resend-notice.js';
import { NoticeReplayer } from '../../../src/application/ports/notice-replayer.port.js';
import type {
  Replayed,
  SentEnvelope,
} from '../../../src/application/ports/notice-replayer.port.js';
import { CommandRunner } from '../../../src/application/shared/command-runner.js';
import { dispatchIdOf } from '../../../src/application/shared/dispatch-id.js';
import type { ActionCommand } from '../../../src/domain/action/action.commands.js';
import { actionDecider } from '../../../src/domain/action/action.decider.js';
import { MemoryEventStore } from '../../../src/infrastructure/event-store/memory/memory.event-store.js';
import * as story from '../../domain/action/story.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingJournal } from '../../support/recording-journal.js';
import { human, repeatable } from '../shared/tally.js';

const STREAM = 'action-a1';
const KEY = story.key('notice', { channel: 'webhook' });

class ScriptedReplayer extends NoticeReplayer {
  answer: Replayed = { kind: 'called', result: { kind: 'sent' } };
  readonly envelopes: SentEnvelope[] = [];

  override replay(envelope: SentEnvelope): Promise<Replayed> {
    this.envelopes.push(envelope);
    return Promise.resolve(this.answer);
  }
}

describe('sending a notice again', () => {
  let store: MemoryEventStore;
  let runner: CommandRunner;
  let replayer: ScriptedReplayer;
  let journal: RecordingJournal;
  let handler: ResendNoticeHandler;

  beforeEach(() => {
    const clock = new FakeClock(story.at('1 13:00'));
    store = new MemoryEventStore(() => clock.now());
    runner = new CommandRunner(store, clock);
    replayer = new ScriptedReplayer();
    journal = new RecordingJournal();
    handler = new ResendNoticeHandler(runner, store, replayer, clock, journal);
  });

  const past = async (...commands: readonly ActionCommand[]): Promise<void> => {
    for (const command of commands) await runner.run(actionDecider, STREAM, command, human());
  };
  const resend = (key = KEY, context = human()) =>
    handler.execute(new ResendNotice({ actionId: 'a1', key }, context));
  const targets = ['t1', 't2', 't3'].map((targetId) => story.target(targetId));
  const due = story.openNotices('1 12:00', { targetIds: ['t1', 't2', 't3'] });
  const scheduled = story.schedule({ channels: ['webhook'], targets });
  const sentIn = (targetId: string, envelopeId: string) =>
    story.relay({ ...KEY, targetId }, { result: 'sent', attempt: 2, envelopeId });

  it('RULES 7 replays the whole envelope in which it was sent, in its order, and no other', async () => {
    await past(scheduled, due, sentIn('t2', 'e1'), sentIn('t1', 'e1'), sentIn('t3', 'e2'));
    const { version } = await store.readStream(STREAM);
    expect(await resend()).toEqual({ ok: true, kind: 'replayed', result: { kind: 'sent' } });
    expect(replayer.envelopes).toMatchObject([
      {
        envelopeId: 'e1',
        streamId: STREAM,
        dispatchId: dispatchIdOf('a1', KEY),
        attempts: 2,
        rows: [{ key: { targetId: 't1' } }, { key: { targetId: 't2' } }],
      },
    ]);
    expect((await store.readStream(STREAM)).version).toBe(version);
    expect(journal.notes).toHaveLength(1);
  });

  it('finds the envelope behind many pages of events', async () => {
    const many = Array.from({ length: 900 }, (_, index) => `t${String(index + 1)}`);
    await past(
      story.schedule({ channels: ['webhook'], targets: many.map((id) => story.target(id)) }),
    );
    for (let from = 0; from < many.length; from += 300) {
      const targetIds = many.slice(from, from + 300);
      await past(story.openNotices('1 12:00', { targetIds }));
      for (const targetId of targetIds) await past(sentIn(targetId, `e-${targetId}`));
    }
    await resend({ ...KEY, targetId: 't900' });
    expect(replayer.envelopes).toMatchObject([
      { envelopeId: 'e-t900', rows: [{ key: { targetId: 't900' } }] },
    ]);
  });

  it('RULES 17 does not replay on top when a repeated request had put it back and it was sent since', async () => {
    const context = repeatable();
    await past(scheduled, due, story.relay(KEY, story.REFUSED));
    const first = await resend(KEY, context);
    expect(first).toMatchObject({ ok: true, kind: 'requeued' });
    await past(sentIn('t1', 'e1'));
    expect(await resend(KEY, context)).toEqual(first);
    expect(replayer.envelopes).toEqual([]);
  });

  it('refuses when the replayer finds it untrue, held back or without a channel', async () => {
    await past(scheduled, due, sentIn('t1', 'e1'));
    const refusalOf = async (answer: Replayed) => {
      replayer.answer = answer;
      return resend();
    };
    expect(await refusalOf({ kind: 'unwanted', verdict: { kind: 'expired' } })).toMatchObject({
      refusal: { code: 'no_longer_true' },
    });
    expect(await refusalOf({ kind: 'unwanted', verdict: { kind: 'hold' } })).toMatchObject({
      refusal: { code: 'invalid_transition' },
    });
    expect(await refusalOf({ kind: 'no_channel' })).toMatchObject({
      refusal: { code: 'invalid_transition' },
    });
  });

  it('never replays on a channel whose receivers cannot tell a repetition', async () => {
    await past(...story.told());
    expect(await resend(story.key())).toMatchObject({ refusal: { code: 'invalid_transition' } });
    expect(replayer.envelopes).toEqual([]);
  });
});
