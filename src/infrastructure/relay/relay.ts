import type { Journal } from '../../application/ports/journal.port.js';
import { NoticeSweep } from '../../application/ports/notice-sweep.port.js';
import type { SweepCounts } from '../../application/ports/notice-sweep.port.js';
import type { ClaimedDispatch, Outbox } from '../../application/ports/outbox.port.js';
import { pause } from '../../application/shared/pause.js';
import { CAPABILITY } from '../../domain/notice/dispatch.js';
import type { ChannelRelay } from './channel-relay.js';
import type { Judge } from './judge.js';
import type { RowKeeper } from './row-keeper.js';
import type { SendOutcome } from './send-outcome.js';

/** When nothing says that there is work, look all the same. */
const IDLE_MAX_MS = 1_000;
const ROWS_PER_SWEEP_MAX = 500;
const SWEEP_LEASE_MS = 30_000;
const AFTER_FAULT_MS = 500;

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
  private wakes: (() => void)[] = [];
  private stopListening: () => void = () => undefined;

  constructor(private readonly duty: RelayDuty) {
    super();
  }

  start(): void {
    this.stopListening = this.duty.outbox.onPut(() => {
      this.wakeAll();
    });
    this.loops = [
      ...this.duty.channels.map((channel) => this.loop(() => this.turn(channel))),
      this.loop(async () => (await this.recheck()).length > 0),
      this.loop(async () => (await this.recover()) > 0),
    ];
  }

  /** Claims nothing more, waits for what is being sent, breaks it off after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    this.stopListening();
    this.wakeAll();
    const patience = setTimeout(this.duty.abort, graceMs);
    await Promise.all(this.loops);
    await Promise.allSettled(this.underway);
    clearTimeout(patience);
  }

  /** One round over everything that is due, on demand (N17). */
  async runOnce(): Promise<SweepCounts> {
    const recovered = await this.recover();
    const withdrawn = await this.recheck();
    const sent = (await Promise.all(this.duty.channels.map((channel) => channel.runOnce()))).flat();
    return countsOf([...withdrawn, ...sent], recovered);
  }

  /** Answers whether there may be more to do at once. */
  private async turn(channel: ChannelRelay): Promise<boolean> {
    const outcomes = channel.runOnce();
    this.underway.add(outcomes);
    void outcomes
      .catch((fault: unknown) => {
        this.duty.journal.fault('relay', fault, { channel: channel.channel.name });
      })
      .finally(() => this.underway.delete(outcomes));
    // A slow send must not keep the free slots of its channel waiting.
    const isBusy = await Promise.race([
      outcomes.then(({ length }) => length > 0),
      isStillSending(),
    ]);
    return isBusy && channel.free > 0;
  }

  private async recheck(): Promise<readonly SendOutcome[]> {
    const { outbox, judge, keeper } = this.duty;
    const rows = await outbox.claimRechecks({ limit: ROWS_PER_SWEEP_MAX, leaseMs: SWEEP_LEASE_MS });
    if (rows.length === 0) return [];
    const judged = await judge.judge(rows);
    await keeper.keepWaiting(judged.filter(({ verdict }) => verdict.kind === 'send'));
    return keeper.settleUnwanted(judged.filter(({ verdict }) => verdict.kind !== 'send'));
  }

  private async recover(): Promise<number> {
    const { outbox, judge, keeper } = this.duty;
    const rows = await outbox.claimAbandoned({
      limit: ROWS_PER_SWEEP_MAX,
      leaseMs: SWEEP_LEASE_MS,
    });
    if (rows.length === 0) return 0;
    const judged = await judge.judge(rows);
    const isKeyed = ({ key }: ClaimedDispatch): boolean => CAPABILITY[key.channel] === 'keyed';
    await keeper.settleAbandoned(
      judged.filter(({ row }) => isKeyed(row)),
      true,
    );
    await keeper.settleAbandoned(
      judged.filter(({ row }) => !isKeyed(row)),
      false,
    );
    return rows.length;
  }

  private async loop(turn: () => Promise<boolean>): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const isMore = await turn();
        if (!isMore) await this.idle();
      } catch (fault) {
        this.duty.journal.fault('relay', fault);
        await pause(AFTER_FAULT_MS, signal);
      }
    }
  }

  private idle(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, IDLE_MAX_MS);
      this.wakes.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private wakeAll(): void {
    const wakes = this.wakes;
    this.wakes = [];
    for (const wake of wakes) wake();
  }
}

/** How long the loop of a channel waits for a send before it looks for more. */
const SLOW_SEND_MS = 25;

const isStillSending = async (): Promise<true> => {
  await pause(SLOW_SEND_MS);
  return true;
};

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
