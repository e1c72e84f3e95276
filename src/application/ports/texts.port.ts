import type { TextRef } from '../../domain/action/action.events.js';

export type TextKind = 'reason' | 'subject' | 'body';

/**
 * Words that people wrote. Events refer to them and prove them by a salted hash; erasing the words and their salt
 * leaves nothing that could be guessed from the hash.
 */
export abstract class Texts {
  /** Keeps the text. Durable before the answer, so that an event that refers to it never points at nothing. */
  abstract put(kind: TextKind, text: string): Promise<TextRef>;
  /** Those of the texts that are not erased, by reference. */
  abstract findMany(refs: readonly string[]): Promise<ReadonlyMap<string, string>>;
  abstract erase(refs: readonly string[]): Promise<void>;
}
