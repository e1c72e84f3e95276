import type { Kind } from './kinds.js';

/** One key of the configuration: a row of the table that code, documentation and examples share. */
export interface Setting<Value> {
  /** Name of the environment variable. */
  readonly env: string;
  readonly kind: Kind<Value>;
  readonly fallback: Value;
  /** What it means that the key is not set, where that is not a value of its own. */
  readonly unset?: string;
  /** What the key is for, its unit, and what changes with it. */
  readonly doc: string;
  /** A secret is never printed, not even in the complaint about it. */
  readonly secret: boolean;
}

interface Row<Value> {
  readonly env: string;
  readonly kind: Kind<Value>;
  readonly doc: string;
  readonly secret?: boolean;
}

/** A key that has a value whether it is set or not. */
export function setting<Value>(
  row: Row<Value> & { readonly fallback: NoInfer<Value> },
): Setting<Value> {
  return { secret: false, ...row };
}

/** A key whose absence means something, which `unset` tells. */
export function optional<Value>(
  row: Row<Value> & { readonly unset: string },
): Setting<Value | null> {
  return { secret: false, ...row, fallback: null };
}
