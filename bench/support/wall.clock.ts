import { Clock } from '../../src/application/ports/clock.port.js';

/** The database runs on this machine: its clock is the wall clock. */
export class WallClock extends Clock {
  override now(): number {
    return Date.now();
  }

  override pessimisticNow(): number {
    return Date.now();
  }

  override errorBoundMs(): number {
    return 0;
  }

  override monotonicMs(): number {
    return performance.now();
  }
}
