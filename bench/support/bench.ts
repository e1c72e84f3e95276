import type { Figure } from './figure.js';

/** How much a run may take. */
export interface Effort {
  /** Counted rounds; one more in front of them warms up. */
  readonly rounds: number;
  /** Length of one measurement that runs against the clock. */
  readonly spanMs: number;
  /** Share of the full sizes: targets, rows, timers. */
  readonly scale: number;
}

export interface Bench {
  readonly name: string;
  readonly about: string;
  readonly run: (effort: Effort) => Promise<readonly Figure[]>;
}

export const FULL: Effort = { rounds: 5, spanMs: 2_000, scale: 1 };
export const QUICK: Effort = { rounds: 1, spanMs: 200, scale: 0.02 };

/** A size at this effort, never nothing. */
export const sized = (full: number, { scale }: Effort): number =>
  Math.max(1, Math.round(full * scale));
