import { CURRENT_SCHEMAS } from './current-schemas.js';
import type { KnownEvent, KnownEventType } from './current-schemas.js';

/** Lifts the data of an event by one schema. The new data is what would be written today for the same fact. */
export type Upcaster = (data: unknown) => unknown;

/** `<type>/<schema>` of the data that comes in; what comes out has the next schema. */
export type Upcasters = Readonly<Record<string, Upcaster>>;

/** All shapes of the past. Empty as long as every event has its first shape. */
export const UPCASTERS: Upcasters = {};

export interface StoredEvent {
  readonly type: string;
  readonly schema: number;
  readonly data: unknown;
}

export type Upcast =
  | { readonly ok: true; readonly event: KnownEvent }
  | { readonly ok: false; readonly problem: 'unknown_type' | 'unknown_schema' };

interface Registry {
  readonly schemas: Readonly<Record<string, number>>;
  readonly upcasters: Upcasters;
}

/** The event in its current shape. What was written by a later version of the program is a problem, not a guess. */
export function upcast(
  { type, schema, data }: StoredEvent,
  { schemas, upcasters }: Registry = { schemas: CURRENT_SCHEMAS, upcasters: UPCASTERS },
): Upcast {
  const current = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  if (current === undefined) return { ok: false, problem: 'unknown_type' };
  let lifted = data;
  for (let from = schema; from !== current; from += 1) {
    const step = from < current ? upcasters[`${type}/${String(from)}`] : undefined;
    if (step === undefined) return { ok: false, problem: 'unknown_schema' };
    lifted = step(lifted);
  }
  return { ok: true, event: asKnown(type as KnownEventType, lifted) };
}

/** The one place where stored bytes are believed to be an event. */
const asKnown = (type: KnownEventType, data: unknown): KnownEvent => ({ type, data }) as KnownEvent;
