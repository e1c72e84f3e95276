/**
 * Gathers what is added for the same stream while earlier work on it is under way, so that a busy stream costs few
 * appends. Each `add` resolves with what the batch came to that it went with.
 */
export class StreamBatcher<Item, Result = void> {
  private readonly waiting = new Map<string, Waiting<Item, Result>[]>();
  private readonly working = new Set<string>();

  constructor(
    private readonly batchMax: number,
    private readonly work: (streamId: string, items: readonly Item[]) => Promise<Result>,
  ) {}

  add(streamId: string, items: readonly Item[]): Promise<Result> {
    return new Promise((resolve, reject) => {
      const queue = this.waiting.get(streamId) ?? [];
      this.waiting.set(streamId, queue);
      queue.push({ items, resolve, reject });
      if (!this.working.has(streamId)) void this.drain(streamId);
    });
  }

  private async drain(streamId: string): Promise<void> {
    this.working.add(streamId);
    // What is added in the same turn of the loop goes together.
    await new Promise((resolve) => setImmediate(resolve));
    for (let batch = this.take(streamId); batch.length > 0; batch = this.take(streamId)) {
      try {
        const result = await this.work(
          streamId,
          batch.flatMap(({ items }) => items),
        );
        for (const { resolve } of batch) resolve(result);
      } catch (fault) {
        for (const { reject } of batch) reject(fault);
      }
    }
    this.waiting.delete(streamId);
    this.working.delete(streamId);
  }

  private take(streamId: string): readonly Waiting<Item, Result>[] {
    const queue = this.waiting.get(streamId) ?? [];
    let size = 0;
    let count = 0;
    for (const { items } of queue) {
      size += items.length;
      if (count > 0 && size > this.batchMax) break;
      count += 1;
    }
    return queue.splice(0, count);
  }
}

interface Waiting<Item, Result> {
  readonly items: readonly Item[];
  readonly resolve: (result: Result) => void;
  readonly reject: (fault: unknown) => void;
}
