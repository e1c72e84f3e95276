import { lookAtAction } from '../../application/notice/action-of-dispatches.js';
import type { Channel, SendResult } from '../../application/ports/channel.port.js';
import type { Clock } from '../../application/ports/clock.port.js';
import type { TargetDirectory } from '../../application/ports/directory.port.js';
import { StoreUnavailable } from '../../application/ports/event-store.port.js';
import { NoticeReplayer } from '../../application/ports/notice-replayer.port.js';
import type { Replayed, SentEnvelope } from '../../application/ports/notice-replayer.port.js';
import type { ClaimedDispatch, OutboxRow } from '../../application/ports/outbox.port.js';
import type { RecipientDirectory } from '../../application/ports/recipients.port.js';
import type { Texts } from '../../application/ports/texts.port.js';
import { dutyContext } from '../../application/shared/command-context.js';
import type { CommandRunner } from '../../application/shared/command-runner.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { locate, verdictIfOpen } from '../../domain/action/verdict.js';
import type { Verdict } from '../../domain/action/verdict.js';
import { toInstant } from '../../domain/shared/instant.js';
import { EnvelopeBuilder } from './envelope-builder.js';
import type { Surroundings, WantedEnvelope } from './envelope-builder.js';

/** As for every send: the call starts within this time of the look at the action, else the action is looked at again. */
const VERDICT_VALID_MS = 1_000;
const LOOKS_MAX = 3;

export interface ReplayGround {
  readonly runner: CommandRunner;
  readonly clock: Clock;
  readonly recipients: RecipientDirectory;
  readonly targets: TargetDirectory;
  readonly texts: Texts;
}

/** Replays through the same judgement, envelopes and channels as the relay, but beside the outbox. */
export class RelayNoticeReplayer extends NoticeReplayer {
  private readonly builder: EnvelopeBuilder;

  constructor(
    private readonly ground: ReplayGround,
    private readonly channels: readonly Channel[],
  ) {
    super();
    this.builder = new EnvelopeBuilder(ground.recipients, ground.targets, ground.texts);
  }

  override async replay(envelope: SentEnvelope): Promise<Replayed> {
    const name = envelope.rows[0]?.key.channel;
    const channel = this.channels.find((candidate) => candidate.name === name);
    if (channel === undefined) return { kind: 'no_channel' };
    for (let look = 0; look < LOOKS_MAX; look += 1) {
      const readAtMs = this.ground.clock.monotonicMs();
      const judged = await this.judge(envelope);
      if (judged.kind === 'unwanted') return judged;
      const around = await this.builder.surroundingsOf([judged.wanted]);
      if (this.ground.clock.monotonicMs() - readAtMs >= VERDICT_VALID_MS) continue;
      return { kind: 'called', result: await this.call(channel, judged.wanted, around) };
    }
    throw new StoreUnavailable('the action could not be read fast enough to send what it says');
  }

  private async judge(
    envelope: SentEnvelope,
  ): Promise<
    | { readonly kind: 'wanted'; readonly wanted: WantedEnvelope }
    | Extract<Replayed, { readonly kind: 'unwanted' }>
  > {
    const { clock, runner } = this.ground;
    const state = await lookAtAction(runner, envelope.streamId, dutyContext('relay'));
    // The later bound, as the relay has it.
    const now = toInstant(clock.now() + clock.errorBoundMs());
    const verdicts = envelope.rows.map((row) => ({ row, verdict: verdictOf(state, row, now) }));
    const asked = verdicts.find(({ row }) => row.dispatchId === envelope.dispatchId)?.verdict;
    if (asked?.kind !== 'send') return { kind: 'unwanted', verdict: asked ?? { kind: 'ended' } };
    const [first, ...rest] = verdicts
      .filter(({ verdict }) => verdict.kind === 'send')
      .map(({ row }) => claimed(row, envelope));
    if (first === undefined) return { kind: 'unwanted', verdict: asked };
    return { kind: 'wanted', wanted: { state, rows: [first, ...rest] } };
  }

  private async call(
    channel: Channel,
    wanted: WantedEnvelope,
    around: Surroundings,
  ): Promise<SendResult> {
    const recipient = around.recipients.get(wanted.rows[0].key.recipientId);
    if (recipient === undefined || recipient.erased) return UNREACHABLE;
    const envelope = this.builder.build(wanted, around, recipient);
    const { signal } = new AbortController();
    const sent = await channel.send({ ...envelope, replay: true }, signal);
    if (sent.kind === 'failed' && sent.failureClass === 'gone' && recipient.webhook !== null) {
      const { endpointId } = recipient.webhook;
      await this.ground.recipients.disableWebhook(endpointId, 'answered 410 Gone');
    }
    return sent;
  }
}

const UNREACHABLE: SendResult = {
  kind: 'failed',
  permanent: true,
  failureClass: 'recipient_missing',
  error: 'the recipient is erased, or not in the directory any more',
};

/** It has ended, but is judged as if it had not. */
function verdictOf(state: ActionState, { key }: OutboxRow, now: string): Verdict {
  const found = locate(state, key);
  return found === null ? { kind: 'ended' } : verdictIfOpen(state, found, now);
}

/** What the builder wants to know of a row; nobody has claimed it, so no fence is used. */
const claimed = (row: OutboxRow, { envelopeId, attempts }: SentEnvelope): ClaimedDispatch => ({
  ...row,
  envelopeId,
  attempt: attempts + 1,
  fence: 0,
  ambiguous: false,
  recovered: false,
});
