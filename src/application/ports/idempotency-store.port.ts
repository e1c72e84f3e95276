/** A request as far as sameness goes. */
export interface IdempotentRequest {
  readonly principal: string;
  /** Method and path, path parameters included. */
  readonly route: string;
  readonly key: string;
  /** SHA-256 of what was asked, in hexadecimal. */
  readonly bodyHash: string;
}

/** An answer as it went out, for the same request to get again. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Beginning =
  /** The caller runs the request, and ends it with `finish` or `abandon` under this holder. */
  | { readonly kind: 'begun'; readonly holder: string }
  | { readonly kind: 'running'; readonly leaseLeftSeconds: number }
  | { readonly kind: 'done'; readonly answer: StoredAnswer }
  /** The key stands for another request. */
  | { readonly kind: 'reused' };

/** How long a request may run before the same one may be tried again; its event ids settle what both have done. */
export const IDEMPOTENCY_LEASE_SECONDS = 30;
export const IDEMPOTENCY_KEPT_HOURS = 24;

/**
 * Remembers which requests ran under which key. Of any number of equal requests at one time, on any number of
 * processes, exactly one is told `begun`, until it ends or its lease does. Entries count for 24 hours.
 */
export abstract class IdempotencyStore {
  abstract begin(request: IdempotentRequest): Promise<Beginning>;
  /** Keeps the answer. Does nothing when another holder has taken over meanwhile. */
  abstract finish(request: IdempotentRequest, holder: string, answer: StoredAnswer): Promise<void>;
  /** Forgets the request, so that it can be tried again at once. */
  abstract abandon(request: IdempotentRequest, holder: string): Promise<void>;
  /** Deletes at most `limit` entries that count no more; answers how many. */
  abstract purge(limit: number): Promise<number>;
}
