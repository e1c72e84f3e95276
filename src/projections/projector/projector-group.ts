import type { LogFeed } from './log-feed.js';
import type { Counts, ProjectorState } from './projector.js';

/** A projector, whatever its changes are. */
interface Follower {
  readonly state: ProjectorState;
  start(): void;
  stop(): Promise<void>;
  runOnce(): Promise<Counts>;
}

/** All consumers that a process runs, over one feed. */
export class ProjectorGroup {
  constructor(
    private readonly projectors: readonly Follower[],
    private readonly feed: LogFeed,
  ) {}

  get states(): readonly ProjectorState[] {
    return this.projectors.map(({ state }) => state);
  }

  start(): void {
    for (const projector of this.projectors) projector.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.projectors.map((projector) => projector.stop()));
    this.feed.stop();
  }

  /** One page of each. */
  async runOnce(): Promise<Counts> {
    const counts = await Promise.all(this.projectors.map((projector) => projector.runOnce()));
    return {
      events: Math.max(0, ...counts.map(({ events }) => events)),
      changes: counts.reduce((sum, { changes }) => sum + changes, 0),
    };
  }
}
