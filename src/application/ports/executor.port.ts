import type { Instant } from '../../domain/shared/instant.js';

/** What an executor is asked to do to one target, under a claim. */
export interface WorkOrder {
  /** UUID of (action, target, fence): the idempotency key of this call. */
  readonly workId: string;
  readonly actionId: string;
  readonly actionType: string;
  readonly targetId: string;
  readonly stage: number;
  /** Grows with every claim; an executor refuses a smaller one than it has seen for the target. */
  readonly fence: number;
  /** 1 for the first. */
  readonly attempt: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly sourceVersion: string | null;
  readonly scheduledAt: Instant;
  readonly leaseUntil: Instant;
  readonly correlationId: string;
}

/**
 * - `applied`: confirmed, not kicked off.
 * - `accepted`: under way; the executor confirms by the outcome route before its confirmation time is over.
 * - `failed`: with `retryable` the target is tried again while attempts are left.
 * - `unknown`: the call broke off and the effect may or may not have happened: the lease decides.
 */
export type ExecutorAnswer =
  | { readonly kind: 'applied' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryable: boolean }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Applies the change to a target. `apply` never throws for what the other side does, ends within the time of
 * the lease, and destroys its socket when the signal is aborted.
 */
export abstract class Executor {
  abstract apply(order: WorkOrder, signal: AbortSignal): Promise<ExecutorAnswer>;
}
