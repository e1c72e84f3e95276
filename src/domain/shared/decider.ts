/** A fact. `type` is the stable wire name; `data` holds JSON values only. */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** The whole business rule set of one stream, as pure functions over an immutable state. */
export interface Decider<State, Command, Event extends DomainEvent> {
  readonly initialState: State;
  readonly decide: (state: State, command: Command) => Decision<Event>;
  readonly evolve: (state: State, event: Event) => State;
}

/** A refusal is data, not an exception: callers must look at `ok`. */
export type Decision<Event> = Accepted<Event> | { readonly ok: false; readonly refusal: Refusal };

/**
 * Facts to append, and the exclusive holds on targets that change in the very same transaction.
 * An empty list of events means that nothing has to change.
 */
export interface Accepted<Event> {
  readonly ok: true;
  readonly events: readonly Event[];
  /** Targets that this stream must hold exclusively, else the whole append is refused. */
  readonly reserve: readonly string[];
  /** Targets that this stream lets go. */
  readonly release: readonly string[];
}

/** Why a command was refused: a stable code of the error catalogue, a sentence, and facts for programs. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface FieldError {
  /** JSON pointer (RFC 6901) into the request body. */
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** Every way in which the domain says no. `docs/errors.md` has a section for each. */
export type RefusalCode =
  | 'validation'
  | 'no_eligible_target'
  | 'not_found'
  | 'target_busy'
  | 'plan_changed'
  | 'too_late'
  | 'intent_changed'
  | 'invalid_transition'
  | 'no_longer_true'
  | 'outcome_conflict'
  | 'stale_claim'
  | 'version_mismatch';

export const accept = <Event>(
  events: readonly Event[],
  holds: { readonly reserve?: readonly string[]; readonly release?: readonly string[] } = {},
): Accepted<Event> => ({
  ok: true,
  events,
  reserve: holds.reserve ?? [],
  release: holds.release ?? [],
});

export const refuse = (
  code: RefusalCode,
  detail: string,
  more: Pick<Refusal, 'errors' | 'facts'> = {},
): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal: { code, detail, ...more },
});

/** Compile-time proof that a switch covers every member of a union. */
export const assertNever = (value: never): never => {
  throw new TypeError(`unhandled variant: ${JSON.stringify(value)}`);
};
