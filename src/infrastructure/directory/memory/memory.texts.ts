import { sealText } from '../../../application/directory/seal-text.js';
import { Texts } from '../../../application/ports/texts.port.js';
import type { TextKind } from '../../../application/ports/texts.port.js';
import type { TextRef } from '../../../domain/action/action.events.js';

/** Texts in a map. */
export class MemoryTexts extends Texts {
  private readonly texts = new Map<string, string>();

  override put(_kind: TextKind, text: string): Promise<TextRef> {
    const { ref, hash } = sealText(text);
    this.texts.set(ref, text);
    return Promise.resolve({ ref, hash });
  }

  override findMany(refs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = refs.flatMap((ref) => {
      const text = this.texts.get(ref);
      return text === undefined ? [] : [[ref, text] as const];
    });
    return Promise.resolve(new Map(found));
  }

  override erase(refs: readonly string[]): Promise<void> {
    for (const ref of refs) this.texts.delete(ref);
    return Promise.resolve();
  }
}
