import { setTimeout as pause } from 'node:timers/promises';

import { endLeftoverPostmaster } from './leftover-postmaster.js';
import { startPostmaster } from './postmaster.js';
import type { Postmaster, ServerPlan } from './postmaster.js';

const FIRST_BACKOFF_MS = 100;
const BACKOFF_MAX_MS = 5_000;

/** Keeps one server running on one port: when it dies, another takes its place, until `stop`. */
export class Supervisor {
  private readonly stopping = new AbortController();
  private readonly exitListeners: ((status: string) => void)[] = [];
  private readonly restartListeners: (() => void)[] = [];
  private readonly watch: Promise<void>;

  constructor(
    private readonly plan: ServerPlan,
    private current: Postmaster,
  ) {
    this.watch = this.keepRunning();
  }

  get pid(): number {
    return this.current.pid;
  }

  onExit(listener: (status: string) => void): void {
    this.exitListeners.push(listener);
  }

  onRestart(listener: () => void): void {
    this.restartListeners.push(listener);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.current.stop();
    await this.watch;
  }

  private async keepRunning(): Promise<void> {
    for (;;) {
      const status = await this.current.exited;
      if (this.isStopping()) return;
      for (const listener of this.exitListeners) listener(status);
      await this.restart();
      if (this.isStopping()) return;
      for (const listener of this.restartListeners) listener();
    }
  }

  /** Backends of a killed server may hold its shared memory for a moment, so one try may not do. */
  private async restart(): Promise<void> {
    for (
      let backoff = FIRST_BACKOFF_MS;
      !this.isStopping();
      backoff = Math.min(2 * backoff, BACKOFF_MAX_MS)
    ) {
      try {
        await endLeftoverPostmaster(this.plan.dataDir);
        this.current = await startPostmaster(this.plan);
        if (this.isStopping()) await this.current.stop();
        return;
      } catch (failure) {
        this.plan.log(String(failure));
        await pause(backoff, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }
}
