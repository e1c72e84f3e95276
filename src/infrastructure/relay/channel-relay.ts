import type { Channel, SendResult } from '../../application/ports/channel.port.js';
import type { Clock } from '../../application/ports/clock.port.js';
import type { Journal } from '../../application/ports/journal.port.js';
import type { ClaimedDispatch, Outbox } from '../../application/ports/outbox.port.js';
import type { Recipient, RecipientDirectory } from '../../application/ports/recipients.port.js';
import { groupBy } from '../../application/shared/group-by.js';
import type { Capability } from '../../domain/notice/dispatch.js';
import { NOBODY } from '../../domain/notice/dispatch.js';
import { Breaker } from './breaker.js';
import type { EnvelopeBuilder, Surroundings, WantedEnvelope } from './envelope-builder.js';
import { InHand } from './in-hand.js';
import type { Judge, Judged } from './judge.js';
import type { RowKeeper } from './row-keeper.js';
import { sendOutcomeOf } from './send-outcome.js';
import type { SendOutcome, SendPolicy } from './send-outcome.js';
import { Slots } from './slots.js';

/** The transport call starts within this time of the look at the action, else the action is looked at again. */
const VERDICT_VALID_MS = 1_000;
/** A lease outlasts the wait for a free slot, the send and the record of its result. */
const LEASE_MARGIN_MS = 20_000;
const ROWS_PER_CLAIM_MAX = 500;
/**
 * Envelopes claimed for each send that may be under way: more than one, so that no slot waits for the database. What a
 * crash leaves claimed on an unkeyed channel is uncertain for good, so there nothing is claimed ahead.
 */
const ENVELOPES_PER_SLOT = { transactional: 1, keyed: 4, unkeyed: 1 } as const satisfies Record<
  Capability,
  number
>;
/** What could not be looked at is tried again after this time. */
const AFTER_FAULT_MS = 5_000;

export interface RelayParts {
  readonly outbox: Outbox;
  readonly judge: Judge;
  readonly builder: EnvelopeBuilder;
  readonly keeper: RowKeeper;
  readonly recipients: RecipientDirectory;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly policy: SendPolicy;
  /** Aborted when the relay stops: sends that are still under way are broken off. */
  readonly signal: AbortSignal;
}

/** Sends what is due on one channel. Channels share nothing, so that none can delay another (N9). */
export class ChannelRelay {
  private readonly breaker: Breaker;
  private readonly leaseMs: number;
  private readonly slots: Slots;
  private readonly inHand: InHand;
  private isDraining = false;

  constructor(
    readonly channel: Channel,
    private readonly parts: RelayParts,
  ) {
    this.breaker = new Breaker(() => parts.clock.monotonicMs());
    this.leaseMs = 2 * channel.timeoutMs + LEASE_MARGIN_MS;
    this.slots = new Slots(channel.concurrency);
    this.inHand = new InHand(channel.concurrency * ENVELOPES_PER_SLOT[channel.capability]);
  }

  /** How many more envelopes may be claimed now. */
  get free(): number {
    return this.isDraining ? 0 : this.inHand.free;
  }

  /** Calls back when envelopes may be claimed again. */
  onFree(listener: () => void): void {
    this.inHand.onFree(listener);
  }

  /** Whether this process has the row in its hands, whatever its lease says. */
  isHolding(dispatchId: string): boolean {
    return this.inHand.has(dispatchId);
  }

  /** How long the channel rests because it is down; 0 when it does not. */
  restMs(): number {
    return this.breaker.waitMs();
  }

  /** Claims nothing more, and gives back what no call was made for. */
  drain(): void {
    this.isDraining = true;
    this.slots.letAllIn();
  }

  /** Claims what is due and sends it. Resolves with what became of each row when all is recorded. */
  async runOnce(): Promise<readonly SendOutcome[]> {
    const { free } = this;
    if (free === 0 || this.restMs() > 0) return [];
    const { outbox, clock } = this.parts;
    const claimedAtMs = clock.monotonicMs();
    const limit = Math.min(ROWS_PER_CLAIM_MAX, free);
    const rows = await this.inHand.reserve(limit, () =>
      outbox.claim({ channel: this.channel.name, limit, leaseMs: this.leaseMs }),
    );
    return rows.length === 0 ? [] : this.process(rows, claimedAtMs);
  }

  private async process(
    rows: readonly ClaimedDispatch[],
    claimedAtMs: number,
  ): Promise<readonly SendOutcome[]> {
    const { judged, unread } = await this.parts.judge.judge(rows);
    const unwanted = judged.filter(({ verdict }) => verdict.kind !== 'send');
    const settled = await Promise.all([
      this.handled(unread, async () => {
        this.parts.journal.fault('relay', unread[0]?.fault, { rows: unread.length });
        await this.postpone(unread.map(({ row }) => row));
        return [];
      }),
      this.handled(unwanted, () => this.parts.keeper.settleUnwanted(unwanted, 'claim')),
      this.sendAll(judged, claimedAtMs),
    ]);
    return settled.flat();
  }

  private async sendAll(
    judged: readonly Judged[],
    claimedAtMs: number,
  ): Promise<readonly SendOutcome[]> {
    const envelopes = wantedEnvelopes(judged);
    const around = await this.surroundingsOf(envelopes.map(({ wanted }) => wanted));
    const sent = await Promise.all(
      envelopes.map(({ wanted, readAtMs }) =>
        this.handled(
          wanted.rows.map((row) => ({ row })),
          () =>
            around === null
              ? this.postpone(wanted.rows)
              : this.sendInTurn({ wanted, around, readAtMs, claimedAtMs }),
        ),
      ),
    );
    return sent.flat();
  }

  private async surroundingsOf(wanted: readonly WantedEnvelope[]): Promise<Surroundings | null> {
    try {
      return await this.parts.builder.surroundingsOf(wanted);
    } catch (fault) {
      this.parts.journal.fault('relay', fault, { channel: this.channel.name });
      return null;
    }
  }

  /** One envelope that cannot be handled stops no other; its rows come up again when their lease ends (N9). */
  private async handled(
    rows: readonly { readonly row: ClaimedDispatch }[],
    work: () => Promise<readonly SendOutcome[]>,
  ): Promise<readonly SendOutcome[]> {
    try {
      return rows.length === 0 ? [] : await work();
    } catch (fault) {
      this.parts.journal.fault('relay', fault, { channel: this.channel.name });
      return [];
    } finally {
      this.inHand.remove(rows.map(({ row }) => row));
    }
  }

  private async sendInTurn(job: SendJob): Promise<readonly SendOutcome[]> {
    const attempt = await this.attempt(job);
    if (attempt === null) return [];
    const { keeper, clock, policy } = this.parts;
    const { rows, sent } = attempt;
    // Members of an envelope share their fate, and so the time of their next attempt.
    const context = { policy, nowMs: clock.now(), jitter01: Math.random() };
    const outcomes = rows.map((row) => sendOutcomeOf(row, sent, context));
    const isStale = clock.monotonicMs() - job.claimedAtMs > this.leaseMs;
    await keeper.settleSent(rows, outcomes, isStale);
    return outcomes;
  }

  /** Waits for a slot, asks again if that took long, and calls. Null when there was no call. */
  private async attempt(
    job: SendJob,
  ): Promise<{ readonly rows: WantedEnvelope['rows']; readonly sent: SendResult } | null> {
    await this.slots.take();
    try {
      const confirmed = await this.confirmed(job);
      if (confirmed === null) return null;
      return { rows: confirmed.wanted.rows, sent: await this.call(confirmed) };
    } finally {
      this.slots.give();
    }
  }

  /** The verdict grows old while a send waits for its turn: ask again, and give back what no lease covers. */
  private async confirmed(job: SendJob): Promise<SendJob | null> {
    const { clock, keeper, signal } = this.parts;
    const { timeoutMs } = this.channel;
    const sendsUntilMs = job.claimedAtMs + this.leaseMs - timeoutMs - LEASE_MARGIN_MS / 2;
    let latest: SendJob | null = job;
    while (latest !== null) {
      const nowMs = clock.monotonicMs();
      if (nowMs > sendsUntilMs || this.isDraining || signal.aborted) {
        await keeper.giveBack(latest.wanted.rows.map((row) => ({ row, dueAt: row.dueAt })));
        return null;
      }
      if (nowMs - latest.readAtMs < VERDICT_VALID_MS) return latest;
      latest = await this.askedAgain(latest);
    }
    return null;
  }

  private async askedAgain({ wanted, claimedAtMs }: SendJob): Promise<SendJob | null> {
    const { judge, keeper } = this.parts;
    const { judged, unread } = await judge.judge(wanted.rows);
    await this.postpone(unread.map(({ row }) => row));
    const unwanted = judged.filter(({ verdict }) => verdict.kind !== 'send');
    await keeper.settleUnwanted(unwanted, 'claim');
    const [left] = wantedEnvelopes(judged);
    if (left === undefined) return null;
    const around = await this.surroundingsOf([left.wanted]);
    if (around !== null) return { ...left, around, claimedAtMs };
    await this.postpone(left.wanted.rows);
    return null;
  }

  private async postpone(rows: readonly ClaimedDispatch[]): Promise<readonly SendOutcome[]> {
    const dueAt = this.parts.clock.now() + AFTER_FAULT_MS;
    await this.parts.keeper.giveBack(rows.map((row) => ({ row, dueAt })));
    return [];
  }

  private async call({ wanted, around }: SendJob): Promise<SendResult> {
    const { recipientId } = wanted.rows[0].key;
    const recipient = around.recipients.get(recipientId);
    if (recipient === undefined || recipient.erased) {
      return unreachable(recipientId, recipient?.erased === true);
    }
    const sent = await this.send(wanted, around, recipient);
    if (sent.kind === 'sent') this.breaker.worked();
    const isTransient = sent.kind === 'failed' && !sent.permanent;
    if (isTransient || sent.kind === 'uncertain') this.breaker.failed(recipientId);
    if (sent.kind === 'failed' && sent.failureClass === 'gone') await this.disable(recipient);
    return sent;
  }

  private async send(
    wanted: WantedEnvelope,
    around: Surroundings,
    recipient: Recipient,
  ): Promise<SendResult> {
    const { builder, journal, signal } = this.parts;
    const { capability, name } = this.channel;
    let isCalled = false;
    try {
      const envelope = builder.build(wanted, around, recipient);
      isCalled = true;
      // A signal of its own for each call, so that hundreds of them do not all listen to one.
      return await this.channel.send(envelope, AbortSignal.any([signal]));
    } catch (fault) {
      // No channel throws for what the world does: this is a defect, and the attempt counts all the same.
      journal.fault('relay', fault, { channel: name });
      const failed = { failureClass: 'aborted', error: 'the send broke off by a defect' } as const;
      if (!isCalled) return { kind: 'failed', permanent: false, ...failed };
      return capability === 'keyed'
        ? { kind: 'failed', permanent: false, ambiguous: true, ...failed }
        : { kind: 'uncertain', ...failed };
    }
  }

  /** The endpoint wants nothing any more. What became of the message must be recorded in any case. */
  private async disable({ webhook }: Recipient): Promise<void> {
    if (this.channel.name !== 'webhook' || webhook === null) return;
    const { recipients, journal } = this.parts;
    await recipients
      .disableWebhook(webhook.endpointId, 'answered 410 Gone')
      .catch((fault: unknown) => {
        journal.fault('relay', fault, { endpointId: webhook.endpointId });
      });
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
