import { Clock } from '../../application/ports/clock.port.js';

/** What the clock is made of: the database's time, and the two clocks of this machine. */
export interface TimeSources {
  /** The database's clock, in milliseconds since the Unix epoch with fractions. */
  readonly database: () => Promise<number>;
  /** A clock that never jumps and only measures spans. */
  readonly monotonicMs: () => number;
  /** This machine's calendar clock. It is only asked whether it has jumped. */
  readonly wallMs: () => number;
  /** Told of every measurement that failed; the error bound grows until one succeeds. */
  readonly onError?: (error: unknown) => void;
}

const MEASURE_EVERY_MS = 2_000;
const CHECK_JUMP_EVERY_MS = 100;
const PROBES_PER_MEASUREMENT = 4;
/** How far two clocks may run apart: NTP slews a clock by at most 500 parts per million. */
const DRIFT_PER_MS = 500e-6;
/** The wall clock may differ this much from the monotonic one before it counts as a jump. */
const JUMP_TOLERANCE_MS = 5;

/** One look at the database's clock, translated into this machine's monotonic clock. */
interface Measurement {
  /** Database time less monotonic time. */
  readonly offsetMs: number;
  /** Half of the round trip: the database was asked at some moment of it. */
  readonly errorMs: number;
  readonly takenAtMs: number;
  /** Wall time less monotonic time. */
  readonly wallOffsetMs: number;
}

/**
 * The database's time without asking the database: the local monotonic clock plus a measured offset. Stalls of the
 * event loop only make a measurement worse, and the best of several counts. A jump of this machine's wall clock
 * probably is a jump of a database beside it, or a wake-up from sleep: the bound widens by it and a new measurement starts.
 */
export class DatabaseClock extends Clock {
  private measurement: Measurement | null = null;
  private measuring: Promise<void> | null = null;
  private timers: readonly NodeJS.Timeout[] = [];

  constructor(private readonly sources: TimeSources) {
    super();
  }

  /** Measures, and keeps measuring until `stop`. */
  async start(): Promise<void> {
    await this.measure();
    this.timers = [
      setInterval(() => void this.measure().catch(this.failed), MEASURE_EVERY_MS).unref(),
      setInterval(() => {
        if (this.jumpMs() > 0) void this.measure().catch(this.failed);
      }, CHECK_JUMP_EVERY_MS).unref(),
    ];
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
  }

  override now(): number {
    const { measurement, sources } = this;
    return measurement === null ? sources.wallMs() : sources.monotonicMs() + measurement.offsetMs;
  }

  override pessimisticNow(): number {
    return this.now() - this.errorBoundMs();
  }

  /** Infinite before the first measurement. */
  override errorBoundMs(): number {
    return this.measurement === null ? Infinity : this.boundOf(this.measurement) + this.jumpMs();
  }

  override monotonicMs(): number {
    return this.sources.monotonicMs();
  }

  /** Compares the clocks now. Calls that overlap share one measurement. */
  async measure(): Promise<void> {
    this.measuring ??= this.takeMeasurement().finally(() => {
      this.measuring = null;
    });
    await this.measuring;
  }

  private async takeMeasurement(): Promise<void> {
    const probes: Measurement[] = [];
    for (let probe = 0; probe < PROBES_PER_MEASUREMENT; probe += 1) {
      probes.push(await this.probe());
    }
    const best = probes.reduce((a, b) => (b.errorMs < a.errorMs ? b : a));
    if (this.isBetter(best)) this.measurement = best;
  }

  private async probe(): Promise<Measurement> {
    const { database, monotonicMs, wallMs } = this.sources;
    const askedAt = monotonicMs();
    const databaseMs = await database();
    const answeredAt = monotonicMs();
    return {
      offsetMs: databaseMs - (askedAt + answeredAt) / 2,
      errorMs: (answeredAt - askedAt) / 2,
      takenAtMs: answeredAt,
      wallOffsetMs: wallMs() - answeredAt,
    };
  }

  /** A worse measurement replaces a better one only where they contradict each other: then a clock was set. */
  private isBetter(next: Measurement): boolean {
    const { measurement } = this;
    if (measurement === null || this.jumpMs() > 0) return true;
    const known = this.boundOf(measurement);
    const isContradiction = Math.abs(next.offsetMs - measurement.offsetMs) > known + next.errorMs;
    return next.errorMs <= known || isContradiction;
  }

  private boundOf({ errorMs, takenAtMs }: Measurement): number {
    return errorMs + (this.sources.monotonicMs() - takenAtMs) * DRIFT_PER_MS;
  }

  private jumpMs(): number {
    if (this.measurement === null) return 0;
    const { wallMs, monotonicMs } = this.sources;
    const jump = Math.abs(wallMs() - monotonicMs() - this.measurement.wallOffsetMs);
    return jump > JUMP_TOLERANCE_MS ? jump : 0;
  }

  private readonly failed = (error: unknown): void => {
    this.sources.onError?.(error);
  };
}
