import { Executor } from '../../../application/ports/executor.port.js';
import type { ExecutorAnswer, WorkOrder } from '../../../application/ports/executor.port.js';
import { toEpochMs } from '../../../domain/shared/instant.js';
import { EgressGuard } from '../../egress/egress-guard.js';
import { guardedRequest } from '../../egress/guarded-request.js';
import { keyOf, signatureHeaders } from '../../egress/standard-webhook.js';
import { answerOf } from './answer.js';

export interface HttpExecutorOptions {
  /** The operator names it, so it may be inside of the network. */
  readonly url: string;
  /** `whsec_` secrets that the executor shares with us; more than one during a rotation. */
  readonly secrets: readonly string[];
  /** Milliseconds since the Unix epoch, as the database's clock shows them: the lease is on that clock. */
  readonly now: () => number;
  /** One call takes no longer than this, however long its lease is. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
const ANSWER_BYTES_MAX = 16_384;

/** An executor without a secret would take orders from anybody. */
export class NoExecutorSecret extends Error {
  override readonly name = 'NoExecutorSecret';
  constructor() {
    super('the HTTP executor needs at least one signing secret');
  }
}

/** Asks another program to do the work: one signed POST for each order, under the order's id. */
export class HttpExecutor extends Executor {
  private readonly keys: readonly Buffer[];
  private readonly guard: EgressGuard;

  /** @throws {NoExecutorSecret | UnusableSecret} when a call could not be signed. */
  constructor(private readonly options: HttpExecutorOptions) {
    super();
    if (options.secrets.length === 0) throw new NoExecutorSecret();
    this.keys = options.secrets.map(keyOf);
    this.guard = EgressGuard.trusting(options.url);
  }

  async apply(order: WorkOrder, signal: AbortSignal): Promise<ExecutorAnswer> {
    const atMs = this.options.now();
    const leftMs = toEpochMs(order.leaseUntil) - atMs;
    if (leftMs <= 0) return { kind: 'failed', reason: 'lease_over', retryable: true };
    const body = JSON.stringify(order);
    const exchange = await guardedRequest({
      guard: this.guard,
      url: this.options.url,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        ...signatureHeaders({ id: order.workId, atMs, body, keys: this.keys }),
      },
      body,
      timeoutMs: Math.min(this.options.timeoutMs ?? TIMEOUT_MS, leftMs),
      signal,
      answerBytesMax: ANSWER_BYTES_MAX,
    });
    return answerOf(exchange);
  }
}
