import type { FieldError, Refusal } from '../../../domain/shared/decider.js';
import type { ProblemCode } from './catalogue.js';

/** What a refusal says beyond its code and sentence. */
export interface RefusedMore {
  readonly errors?: readonly FieldError[];
  /** Facts for programs; they become members of the problem. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** The request is refused with a code of the catalogue. The problem filter turns it into the answer. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly more: RefusedMore = {},
  ) {
    super(`${code}: ${detail}`, { cause: more.cause });
  }
}

/** The shape in which use cases say no, whatever they say when they say yes. */
interface RefusedOutcome {
  readonly ok: false;
  readonly refusal: Refusal;
}

/** Hands on what a use case accepted, and turns its refusal into the answer to the client. */
export function orProblem<Outcome extends { readonly ok: boolean }>(
  outcome: Outcome,
): Exclude<Outcome, RefusedOutcome> {
  if (isRefused(outcome)) {
    const { code, detail, errors, facts } = outcome.refusal;
    throw new Refused(code, detail, { ...(errors && { errors }), ...(facts && { facts }) });
  }
  return outcome as Exclude<Outcome, RefusedOutcome>;
}

/** A request with one bad field. */
export const refuseField = (pointer: string, code: string, message: string): Refused =>
  new Refused('validation', message, { errors: [{ pointer, code, message }] });

const isRefused = (outcome: { readonly ok: boolean }): outcome is RefusedOutcome => !outcome.ok;
