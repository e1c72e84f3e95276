import type { Journal } from '../../application/ports/journal.port.js';
import { NoticeSweep } from '../../application/ports/notice-sweep.port.js';
import type { SweepCounts } from '../../application/ports/notice-sweep.port.js';
import type { Outbox } from '../../application/ports/outbox.port.js';
import { endsWithin } from '../../application/shared/ends-within.js';
import { pause } from '../../application/shared/pause.js';
import type { ChannelRelay } from './channel-relay.js';
import type { Judge, Judged, Judgement } from './judge.js';
import type { RowKeeper } from './row-keeper.js';
import type { SendOutcome } from './send-outcome.js';
import { Wake } from './wake.js';

/** When nothing says that there is work, look all the same. */
const IDLE_MAX_MS = 1_000;
const ROWS_PER_SWEEP_MAX = 500;
const SWEEP_LEASE_MS = 30_000;
const AFTER_FAULT_MS = 500;
/** A sweep on demand goes on while there is something due, but not for ever. */
const ROUNDS_PER_SWEEP_MAX = 100;
/** A channel that does not break off at once when it is told to is left behind. */
const BREAK_OFF_MS = 2_000;

export interface RelayDuty {
  readonly outbox: Outbox;
  readonly judge: Judge;
  readonly keeper: RowKeeper;
  readonly channels: readonly ChannelRelay[];
  readonly journal: Journal;
  /** Breaks off what is still being sent. */
  readonly abort: () => void;
}

/** Takes dispatches from the outbox to their channels, and what became of them back to the log. */
export class Relay extends NoticeSweep {
  private readonly stopping = new AbortController();
  private loops: Promise<void>[] = [];
  /** Rounds of channels whose sends have not all ended. */
  private readonly underway = new Set<Promise<unknown>>();
  private readonly wakes: Wake[] = [];
  private stopListening: () => void = () => undefined;

  constructor(private readonly duty: RelayDuty) {
    super();
  }

  start(): void {
    this.stopListening = this.duty.outbox.onPut(() => {
      this.wakeAll();
    });
    this.loops = [
      ...this.duty.channels.map((channel) => this.channelLoop(channel)),
      this.loop(this.newWake(), async () => (await this.recheck()).length > 0),
      // No signal says that a relay has died.
      this.loop(new Wake(), async () => (await this.recover()) > 0),
    ];
  }

  /** Claims nothing more, waits for what is being sent, breaks it off after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    this.stopListening();
    for (const channel of this.duty.channels) channel.drain();
    this.wakeAll();
    const ended = this.allEnded();
    if (await endsWithin(ended, graceMs)) return;
    this.duty.abort();
    await endsWithin(ended, BREAK_OFF_MS);
  }

  /** One round over everything that is due, on demand (N17). */
  async runOnce(): Promise<SweepCounts> {
    const recovered = await this.recover();
    const withdrawn = await this.recheck();
    const sent = await Promise.all(this.duty.channels.map(sendDue));
    return countsOf([...withdrawn, ...sent.flat()], recovered);
  }

  private async allEnded(): Promise<void> {
    await Promise.all(this.loops);
    await Promise.allSettled(this.underway);
  }

  private channelLoop(channel: ChannelRelay): Promise<void> {
    const wake = this.newWake();
    channel.onFree(() => {
      wake.ring();
    });
    return this.loop(wake, () => this.turn(channel));
  }

  /** Answers whether there may be more to do at once. */
  private async turn(channel: ChannelRelay): Promise<boolean> {
    const round = channel.runOnce();
    this.underway.add(round);
    const forget = (): unknown => this.underway.delete(round);
    round.then(forget, forget);
    // A slow send must not keep the free slots of its channel waiting.
    const looking = new AbortController();
    const isSlow = pause(SLOW_SEND_MS, looking.signal).then(() => true);
    try {
      const isMore = await Promise.race([round.then(({ length }) => length > 0), isSlow]);
      return isMore && channel.free > 0;
    } finally {
      looking.abort();
    }
  }

  private async recheck(): Promise<readonly SendOutcome[]> {
    const { outbox, judge, keeper } = this.duty;
    const rows = await outbox.claimRechecks({ limit: ROWS_PER_SWEEP_MAX, leaseMs: SWEEP_LEASE_MS });
    if (rows.length === 0) return [];
    const judged = this.readable(await judge.judge(rows));
    await keeper.keepWaiting(judged.filter(({ verdict }) => verdict.kind === 'send'));
    const unwanted = judged.filter(({ verdict }) => verdict.kind !== 'send');
    return keeper.settleUnwanted(unwanted, 'recheck');
  }

  private async recover(): Promise<number> {
    const { outbox, judge, keeper, channels } = this.duty;
    const claimed = await outbox.claimAbandoned({
      limit: ROWS_PER_SWEEP_MAX,
      leaseMs: SWEEP_LEASE_MS,
    });
    // Nobody died: this process sent it, and has been unable to record that for longer than its lease.
    const rows = claimed.filter(
      ({ dispatchId }) => !channels.some((one) => one.isHolding(dispatchId)),
    );
    if (rows.length === 0) return 0;
    await keeper.settleAbandoned(this.readable(await judge.judge(rows)));
    return rows.length;
  }

  /** What cannot be read now comes up again when its lease ends. */
  private readable({ judged, unread }: Judgement): readonly Judged[] {
    if (unread.length > 0) {
      this.duty.journal.fault('relay', unread[0]?.fault, { rows: unread.length });
    }
    return judged;
  }

  private async loop(wake: Wake, turn: () => Promise<boolean>): Promise<void> {
    const { signal } = this.stopping;
    const stop = (): void => {
      wake.ring();
    };
    signal.addEventListener('abort', stop, { once: true });
    while (!signal.aborted) {
      try {
        const isMore = await turn();
        if (!isMore) await wake.wait(IDLE_MAX_MS);
      } catch (fault) {
        this.duty.journal.fault('relay', fault);
        await pause(AFTER_FAULT_MS, signal);
      }
    }
  }

  private newWake(): Wake {
    const wake = new Wake();
    this.wakes.push(wake);
    return wake;
  }

  private wakeAll(): void {
    for (const wake of this.wakes) wake.ring();
  }
}

/** How long the loop of a channel waits for a send before it looks for more. */
const SLOW_SEND_MS = 25;

async function sendDue(channel: ChannelRelay): Promise<readonly SendOutcome[]> {
  const outcomes: SendOutcome[] = [];
  for (let round = 1; round <= ROUNDS_PER_SWEEP_MAX; round += 1) {
    const ofRound = await channel.runOnce();
    if (ofRound.length === 0) break;
    outcomes.push(...ofRound);
  }
  return outcomes;
}

function countsOf(outcomes: readonly SendOutcome[], recovered: number): SweepCounts {
  const count = (...results: readonly string[]): number =>
    outcomes.filter(({ result }) => results.includes(result.result)).length;
  return {
    processed: outcomes.length + recovered,
    sent: count('sent'),
    failed: count('attempt_failed', 'refused', 'dead', 'uncertain'),
    recovered,
    voidedStale: count('not_sent'),
  };
}
