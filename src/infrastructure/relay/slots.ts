/** A bounded number of places; who finds none waits for one, first come first served. */
export class Slots {
  private taken = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly count: number) {}

  take(): Promise<void> {
    if (this.taken < this.count) {
      this.taken += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Hands the place on to whoever has waited longest. */
  give(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.taken -= 1;
    else next();
  }

  /** Lets everybody in who waits now, because nobody is going to use the place. */
  letAllIn(): void {
    this.taken += this.waiting.length;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
