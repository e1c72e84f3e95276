/** How far the read models are that queries are answered from. */
export abstract class ReadModelsProgress {
  /**
   * True as soon as every shard of every serving read model has passed the position, be it by events or by numbers
   * that will never be used; false when that did not happen in time. Never true too early.
   */
  abstract waitUntil(position: bigint, timeoutMs: number): Promise<boolean>;
}
