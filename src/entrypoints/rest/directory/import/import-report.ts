import type { FieldError } from '../../../../domain/shared/decider.js';
import { ERRORS_LISTED_MAX } from './import-limits.js';

export interface LineError extends FieldError {
  /** From 1. */
  readonly line: number;
}

/** What an import has come to so far, as its answer says it. */
export class ImportReport {
  private readonly errors: LineError[] = [];
  private omitted = 0;
  private accepted = 0;
  private rejected = 0;
  private position: bigint | null = null;

  accept(count: number, position: bigint | null): void {
    this.accepted += count;
    this.position = position ?? this.position;
  }

  /** One line, with everything that is wrong with it. */
  reject(line: number, errors: readonly FieldError[]): void {
    this.rejected += 1;
    const room = Math.max(0, ERRORS_LISTED_MAX - this.errors.length);
    this.errors.push(...errors.slice(0, room).map((error) => ({ line, ...error })));
    this.omitted += Math.max(0, errors.length - room);
  }

  progress(elapsedMs: number): object {
    const ratePerSecond = Math.round((this.accepted * 1_000) / Math.max(1, elapsedMs));
    return { progress: { ...this.counts(), ratePerSecond } };
  }

  /** `failure` says why the import ended before its last line; what is counted as accepted is written. */
  end(failure: { readonly code: string; readonly message: string } | null): object {
    return {
      done: failure === null,
      ...(failure && { failure }),
      ...this.counts(),
      position: this.position === null ? null : String(this.position),
      errors: this.errors,
      errorsOmitted: this.omitted,
    };
  }

  private counts(): object {
    const { accepted, rejected } = this;
    return { lines: accepted + rejected, accepted, rejected };
  }
}
