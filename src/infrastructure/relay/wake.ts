/** Ends a wait. One that comes between looking and waiting is not missed. */
export class Wake {
  private isRung = false;
  private end: (() => void) | null = null;

  ring(): void {
    this.isRung = true;
    this.end?.();
  }

  /** Waits for a ring since the last wait, for at most `ms`. */
  async wait(ms: number): Promise<void> {
    if (!this.isRung) await this.ringOr(ms);
    this.isRung = false;
    this.end = null;
  }

  private ringOr(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
