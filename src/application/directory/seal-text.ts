import { createHash, randomBytes, randomUUID } from 'node:crypto';

import type { TextRef } from '../../domain/action/action.events.js';

/** A text with the salt that its hash was made with; without the salt nobody can guess the words from the hash. */
export interface SealedText extends TextRef {
  readonly text: string;
  readonly salt: Buffer;
}

const SALT_BYTES = 16;

export function sealText(text: string): SealedText {
  const salt = randomBytes(SALT_BYTES);
  const hash = createHash('sha256').update(salt).update(text).digest('hex');
  return { ref: randomUUID(), hash, text, salt };
}
