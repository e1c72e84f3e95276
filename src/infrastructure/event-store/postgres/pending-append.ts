import type { AppendResult } from '../../../application/ports/event-store.port.js';
import type { CheckedAppend } from '../checked-append.js';

/** An append whose caller waits for the answer. */
export interface PendingAppend {
  readonly append: CheckedAppend;
  /** Reading of the monotonic clock when it was queued. */
  readonly queuedAtMs: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (reason: unknown) => void;
}
