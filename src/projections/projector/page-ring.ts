import type { LogPage } from '../../application/ports/event-store.port.js';

/** Pages that stay at hand for readers that come a little later. */
const PAGES_KEPT = 8;
/** How long the first reader waits for the last, once: whoever takes longer is not waited for again. */
const PATIENCE_MS = 250;

export interface KeptPage extends LogPage {
  /** The page begins behind this position. */
  readonly after: bigint;
}

/** The latest pages of a log, and who still needs them. */
export class PageRing {
  private readonly pages: KeptPage[] = [];
  /** Where the readers are that others wait for. */
  private readonly readers = new Map<object, bigint>();
  private readonly waiting = new Set<() => void>();

  /** The rest of the kept page that holds what follows the position. */
  find(after: bigint): LogPage | null {
    const page = this.pages.find((kept) => kept.after <= after && after < kept.position);
    return page === undefined ? null : restOf(page, after);
  }

  keep(page: KeptPage): void {
    if (page.position === page.after) return;
    this.pages.push(page);
    if (this.pages.length > PAGES_KEPT) this.pages.shift();
  }

  reached(reader: object, position: bigint): void {
    this.readers.set(reader, position);
    this.wake();
  }

  leave(reader: object): void {
    this.readers.delete(reader);
    this.wake();
  }

  /** Resolves when a page behind this position can be kept without taking one away from a reader that is near. */
  async room(after: bigint): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (let late = this.late(after); late.length > 0; late = this.late(after)) {
      const left = deadline - performance.now();
      if (left > 0) await this.change(left);
      else for (const reader of late) this.readers.delete(reader);
    }
  }

  clear(): void {
    this.pages.length = 0;
    this.readers.clear();
    this.wake();
  }

  /** Readers that still need the page that would have to go. */
  private late(after: bigint): readonly object[] {
    const [oldest] = this.pages;
    const isFull = this.pages.length >= PAGES_KEPT;
    if (oldest === undefined || !isFull || after < oldest.position) return [];
    return [...this.readers]
      .filter(([, position]) => position >= oldest.after && position < oldest.position)
      .map(([reader]) => reader);
  }

  /** Resolves when a reader has moved, or after this time. */
  private change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.waiting.add(done);
    });
  }

  private wake(): void {
    for (const done of this.waiting) done();
  }
}

const restOf = (page: KeptPage, after: bigint): LogPage =>
  page.after === after
    ? page
    : { events: page.events.filter(({ position }) => position > after), position: page.position };
