import { Clock } from '../../src/application/ports/clock.port.js';

/** Time that stands still until the test moves it. */
export class FakeClock extends Clock {
  private elapsedMs = 0;
  private nowMs: number;

  constructor(
    start: string | number = '2030-01-01T00:00:00.000Z',
    private boundMs = 0,
  ) {
    super();
    this.nowMs = inMilliseconds(start);
  }

  override now(): number {
    return this.nowMs;
  }

  override pessimisticNow(): number {
    return this.nowMs - this.boundMs;
  }

  override errorBoundMs(): number {
    return this.boundMs;
  }

  override monotonicMs(): number {
    return this.elapsedMs;
  }

  /** Lets time pass, on both clocks. */
  advance(ms: number): void {
    this.nowMs += ms;
    this.elapsedMs += ms;
  }

  /** Sets the calendar clock, as an operator would; no time passes on the other one. */
  set(instant: string | number): void {
    this.nowMs = inMilliseconds(instant);
  }

  setErrorBound(ms: number): void {
    this.boundMs = ms;
  }
}

function inMilliseconds(instant: string | number): number {
  return typeof instant === 'number' ? instant : Date.parse(instant);
}
