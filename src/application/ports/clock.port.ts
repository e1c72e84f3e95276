/**
 * Time as the product knows it. `now` never runs ahead of the database's clock by more than the measured
 * error bound is known, so that "not before" decisions made from `pessimisticNow` are never early.
 */
export abstract class Clock {
  /** Best estimate of the database's clock, in milliseconds since the Unix epoch. */
  abstract now(): number;
  /** Earliest time that the database's clock can show now: `now` less the error bound. Due-ness is decided by it. */
  abstract pessimisticNow(): number;
  /** Half-width of the error, in milliseconds. Above 50 the timers stop firing. */
  abstract errorBoundMs(): number;
  /** Milliseconds on a clock that never jumps; for measuring spans inside this process. */
  abstract monotonicMs(): number;
}
