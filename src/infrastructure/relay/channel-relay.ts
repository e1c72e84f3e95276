import type { Channel, SendResult } from '../../application/ports/channel.port.js';
import type { Clock } from '../../application/ports/clock.port.js';
import type { ClaimedDispatch, Outbox } from '../../application/ports/outbox.port.js';
import type { RecipientDirectory } from '../../application/ports/recipients.port.js';
import { groupBy } from '../../application/shared/group-by.js';
import { NOBODY } from '../../domain/notice/dispatch.js';
import { Breaker } from './breaker.js';
import type { EnvelopeBuilder, Surroundings, WantedEnvelope } from './envelope-builder.js';
import type { Judge, Judged } from './judge.js';
import type { RowKeeper } from './row-keeper.js';
import { sendOutcomeOf } from './send-outcome.js';
import type { SendOutcome, SendPolicy } from './send-outcome.js';

/** The transport call starts within this time of the look at the action, else the action is looked at again. */
const VERDICT_VALID_MS = 1_000;
/** A lease outlasts the wait for a free slot, the send and the record of its result. */
const LEASE_MARGIN_MS = 20_000;
const ROWS_PER_CLAIM_MAX = 500;

export interface RelayParts {
  readonly outbox: Outbox;
  readonly judge: Judge;
  readonly builder: EnvelopeBuilder;
  readonly keeper: RowKeeper;
  readonly recipients: RecipientDirectory;
  readonly clock: Clock;
  readonly policy: SendPolicy;
  /** Aborted when the relay stops: sends that are still under way are broken off. */
  readonly signal: AbortSignal;
}

/** Sends what is due on one channel. Channels share nothing, so that none can delay another (N9). */
export class ChannelRelay {
  private readonly breaker: Breaker;
  private readonly leaseMs: number;
  private sending = 0;

  constructor(
    readonly channel: Channel,
    private readonly parts: RelayParts,
  ) {
    this.breaker = new Breaker(() => parts.clock.monotonicMs());
    this.leaseMs = 2 * channel.timeoutMs + LEASE_MARGIN_MS;
  }

  /** How many more envelopes may be sent now. */
  get free(): number {
    return Math.max(0, this.channel.concurrency - this.sending);
  }

  /** How long the channel rests because it is down; 0 when it does not. */
  restMs(): number {
    return this.breaker.waitMs();
  }

  /** Claims what is due and sends it. Resolves with what became of each row when all is recorded. */
  async runOnce(): Promise<readonly SendOutcome[]> {
    if (this.free === 0 || this.restMs() > 0) return [];
    const { outbox, clock } = this.parts;
    const limit = Math.min(ROWS_PER_CLAIM_MAX, this.free * 4);
    const claimedAtMs = clock.monotonicMs();
    const rows = await outbox.claim({ channel: this.channel.name, limit, leaseMs: this.leaseMs });
    return rows.length === 0 ? [] : this.process(rows, claimedAtMs);
  }

  private async process(
    rows: readonly ClaimedDispatch[],
    claimedAtMs: number,
  ): Promise<readonly SendOutcome[]> {
    const { judge, builder, keeper } = this.parts;
    this.sending += countEnvelopes(rows);
    const left = { envelopes: countEnvelopes(rows) };
    try {
      const judged = await judge.judge(rows);
      const unwanted = judged.filter(({ verdict }) => verdict.kind !== 'send');
      const withdrawn = keeper.settleUnwanted(unwanted);
      const envelopes = wantedEnvelopes(judged);
      const around = await builder.surroundingsOf(envelopes.map(({ wanted }) => wanted));
      const sent = await Promise.all(
        envelopes.map(async ({ wanted, readAtMs }) => {
          const outcomes = await this.sendOne({ wanted, around, readAtMs, claimedAtMs });
          this.sending -= 1;
          left.envelopes -= 1;
          return outcomes;
        }),
      );
      return [...(await withdrawn), ...sent.flat()];
    } finally {
      this.sending -= left.envelopes;
    }
  }

  private async sendOne(job: SendJob): Promise<readonly SendOutcome[]> {
    const wanted = await this.confirmed(job);
    if (wanted === null) return [];
    const { keeper, clock, policy } = this.parts;
    const [first] = wanted.rows;
    const recipient = job.around.recipients.get(first.key.recipientId);
    const sent: SendResult =
      recipient === undefined || recipient.erased
        ? unreachable(first.key.recipientId, recipient?.erased === true)
        : await this.call(wanted, job.around);
    const nowMs = clock.now();
    // Members of an envelope share their fate, and so the time of their next attempt.
    const jitter01 = Math.random();
    const outcomes = wanted.rows.map((row) =>
      sendOutcomeOf(row, sent, { channel: this.channel, policy, nowMs, jitter01 }),
    );
    const isStale = clock.monotonicMs() - job.claimedAtMs > this.leaseMs;
    await keeper.settleSent(wanted.rows, outcomes, isStale);
    return outcomes;
  }

  /** The verdict grows old while a send waits for its turn: ask again, and give back what no lease covers. */
  private async confirmed({
    wanted,
    readAtMs,
    claimedAtMs,
  }: SendJob): Promise<WantedEnvelope | null> {
    const { clock, judge, keeper } = this.parts;
    const nowMs = clock.monotonicMs();
    const sendsUntilMs = claimedAtMs + this.leaseMs - this.channel.timeoutMs - LEASE_MARGIN_MS / 2;
    if (nowMs > sendsUntilMs || this.parts.signal.aborted) {
      await keeper.giveBack(wanted.rows);
      return null;
    }
    if (nowMs - readAtMs < VERDICT_VALID_MS) return wanted;
    const judged = await judge.judge(wanted.rows);
    await keeper.settleUnwanted(judged.filter(({ verdict }) => verdict.kind !== 'send'));
    return wantedEnvelopes(judged)[0]?.wanted ?? null;
  }

  private async call(wanted: WantedEnvelope, around: Surroundings): Promise<SendResult> {
    const { builder, recipients, signal } = this.parts;
    const recipientId = wanted.rows[0].key.recipientId;
    const recipient = around.recipients.get(recipientId);
    if (recipient === undefined) return unreachable(recipientId, false);
    const envelope = builder.build(wanted, around, recipient);
    const sent = await this.channel.send(envelope, signal);
    if (sent.kind === 'sent') this.breaker.worked();
    if (sent.kind === 'failed' && !sent.permanent) this.breaker.failed(recipientId);
    if (sent.kind === 'failed' && sent.failureClass === 'gone' && recipient.webhook !== null) {
      await recipients.disableWebhook(recipient.webhook.endpointId, 'answered 410 Gone');
    }
    return sent;
  }
}

interface SendJob {
  readonly wanted: WantedEnvelope;
  readonly around: Surroundings;
  readonly readAtMs: number;
  readonly claimedAtMs: number;
}

const unreachable = (recipientId: string, isErased: boolean): SendResult => ({
  kind: 'failed',
  permanent: true,
  failureClass: isErased ? 'recipient_erased' : 'recipient_missing',
  error:
    recipientId === NOBODY
      ? 'the target has no owner'
      : `recipient ${recipientId} is ${isErased ? 'erased' : 'not in the directory'}`,
});

function wantedEnvelopes(
  judged: readonly Judged[],
): readonly { readonly wanted: WantedEnvelope; readonly readAtMs: number }[] {
  const wanted = judged.filter(({ verdict }) => verdict.kind === 'send');
  const byEnvelope = groupBy(wanted, ({ row }) => row.envelopeId);
  return [...byEnvelope.values()].flatMap((members) => {
    const [first, ...rest] = members;
    if (first === undefined) return [];
    const { state, readAtMs } = first;
    return [{ wanted: { state, rows: [first.row, ...rest.map(({ row }) => row)] }, readAtMs }];
  });
}

const countEnvelopes = (rows: readonly ClaimedDispatch[]): number =>
  new Set(rows.map(({ envelopeId }) => envelopeId)).size;
