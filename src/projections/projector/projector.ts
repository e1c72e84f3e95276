import { Logger } from '@nestjs/common';

import type { Consumer, ConsumerSink, Tenure } from '../../application/ports/consumer.port.js';
import type { LogPage } from '../../application/ports/event-store.port.js';
import type { LogFeed } from './log-feed.js';
import { Pause } from './pause.js';
import type { ProgressSignal } from './progress-signal.js';
import { projectPage } from './project-page.js';

export interface ProjectorTimes {
  /** How long a process that died keeps its consumers. */
  readonly leaseMs: number;
  /** Quiet time after which the lease is renewed. */
  readonly renewMs: number;
  /** How often a process that stands by asks whether the consumer is free. */
  readonly standbyMs: number;
}

/** A dead process is replaced within `leaseMs + standbyMs`. */
export const PROJECTOR_TIMES: ProjectorTimes = { leaseMs: 3_000, renewMs: 1_000, standbyMs: 1_000 };

const BACKOFF_FIRST_MS = 50;
const BACKOFF_MAX_MS = 2_000;

export interface ProjectorParts<Change> {
  readonly consumer: Consumer<Change>;
  readonly sink: ConsumerSink<Change>;
  /** Shared by all projectors of the process. */
  readonly feed: LogFeed;
  /** Unique to this process and start of it. */
  readonly owner: string;
  readonly signal?: ProgressSignal;
  readonly times?: ProjectorTimes;
}

export type ProjectorStatus = 'stopped' | 'standby' | 'following' | 'failing' | 'parked';

export interface ProjectorState {
  readonly name: string;
  readonly version: number;
  readonly status: ProjectorStatus;
  /** Where the last batch of this process ended; null while another process has the consumer. */
  readonly position: bigint | null;
  /** Why it is `failing` or `parked`. */
  readonly error: Error | null;
}

export interface Counts {
  readonly events: number;
  readonly changes: number;
}

const NOTHING: Counts = { events: 0, changes: 0 };

/**
 * Moves one consumer along the log: reads a page, projects it, commits the changes together with the position. Of many
 * processes one does so at a time, the others stand by. A fault is tried again; an event that cannot be projected
 * parks the consumer in front of it, because skipping it would falsify everything behind.
 */
export class Projector<Change> {
  private readonly logger = new Logger(Projector.name);
  private readonly times: ProjectorTimes;
  private readonly key;
  private readonly pause = new Pause();
  private status: ProjectorStatus = 'stopped';
  private error: Error | null = null;
  private tenure: Tenure | null = null;
  private running: Promise<void> | null = null;
  private isStopping = false;

  constructor(private readonly parts: ProjectorParts<Change>) {
    const { name, version } = parts.consumer;
    this.key = { name, version, shard: 0 };
    this.times = parts.times ?? PROJECTOR_TIMES;
  }

  get state(): ProjectorState {
    const { name, version } = this.key;
    const { status, error, tenure } = this;
    return { name, version, status, error, position: tenure?.position ?? null };
  }

  /** Follows the log until `stop`, or until an event parks it. Started again, it tries that event again. */
  start(): void {
    this.isStopping = false;
    this.pause.open();
    if (this.status === 'parked') this.status = 'stopped';
    this.running ??= this.follow().finally(() => {
      this.running = null;
    });
  }

  /** Ends after the batch under way, and gives the consumer up so that another process takes over at once. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.pause.close();
    await this.running;
    await this.letGo();
    if (this.status !== 'parked') this.status = 'stopped';
  }

  /** Projects the page that is there now, if the consumer is free or ours. */
  async runOnce(): Promise<Counts> {
    const tenure = await this.acquired();
    if (tenure === null) return NOTHING;
    const page = await this.parts.feed.next(this, tenure.position);
    return page === null ? NOTHING : this.take(tenure, page);
  }

  private async follow(): Promise<void> {
    let failures = 0;
    while (!this.isStopping && this.status !== 'parked') {
      try {
        const before = this.tenure?.position;
        await this.runOnce();
        failures = 0;
        if (this.tenure === null) await this.pause.for(this.times.standbyMs);
        else if (this.tenure.position === before) await this.idle(this.tenure);
      } catch (error) {
        this.failed(error, failures);
        await this.pause.for(Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** failures));
        failures += 1;
      }
    }
  }

  private async acquired(): Promise<Tenure | null> {
    if (this.tenure !== null) return this.tenure;
    const { sink, owner } = this.parts;
    this.tenure = await sink.acquire(this.key, owner, this.times.leaseMs);
    this.status = this.tenure === null ? 'standby' : 'following';
    this.error = null;
    return this.tenure;
  }

  private async take(tenure: Tenure, page: LogPage): Promise<Counts> {
    const { changes, events, position, obstacle } = projectPage(this.parts.consumer, page);
    if (position !== null && position > tenure.position) {
      await this.commit(tenure, changes, position);
    }
    if (obstacle !== null && this.tenure !== null) await this.park(obstacle);
    return { events, changes: changes.length };
  }

  private async commit(
    tenure: Tenure,
    changes: readonly Change[],
    position: bigint,
  ): Promise<void> {
    const { leaseMs } = this.times;
    const batch = { changes, position, leaseMs };
    const result = await this.parts.sink.commit(this.key, tenure, batch);
    // Lost: what was projected is somebody else's work now. Acquiring anew tells from where.
    this.tenure = result === 'committed' ? { ...tenure, position } : null;
    if (result === 'committed' && position > tenure.position) this.parts.signal?.moved();
  }

  /** Waits for more, and tells the others now and then that this process is alive. */
  private async idle(tenure: Tenure): Promise<void> {
    const { renewMs } = this.times;
    const isOver = await this.pause.until(renewMs, (signal) =>
      this.parts.feed.more(tenure.position, signal),
    );
    if (isOver && !this.isStopping) await this.commit(tenure, [], tenure.position);
  }

  private async park(error: Error): Promise<void> {
    this.status = 'parked';
    this.error = error;
    this.logger.error(`${this.key.name} is parked: ${error.message}`, error.stack);
    await this.letGo();
  }

  /** After a fault nobody knows whether the batch was committed: acquiring anew tells. */
  private failed(error: unknown, failures: number): void {
    this.tenure = null;
    this.parts.feed.leave(this);
    this.status = 'failing';
    this.error = error instanceof Error ? error : new TypeError(String(error));
    if (failures === 0) {
      this.logger.warn(`${this.key.name} cannot go on and tries again: ${this.error.message}`);
    }
  }

  private async letGo(): Promise<void> {
    const { tenure } = this;
    this.tenure = null;
    this.parts.feed.leave(this);
    if (tenure === null) return;
    // A release that fails costs its successor the rest of the lease and nothing else.
    await this.parts.sink.release(this.key, tenure).catch((error: unknown) => {
      this.logger.warn(`${this.key.name} could not be released: ${String(error)}`);
    });
  }
}
