/** Says inside this process that some consumer has moved on. */
export class ProgressSignal {
  private readonly listeners = new Set<() => void>();

  moved(): void {
    for (const listener of this.listeners) listener();
  }

  /** Calls back after every move, until the returned function is called. */
  onMoved(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
