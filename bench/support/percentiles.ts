export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Of measurements in any order, to a hundredth. */
export function percentiles(measurements: readonly number[]): Percentiles {
  const sorted = Float64Array.from(measurements).sort();
  const at = (share: number): number =>
    Math.round(
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 100,
    ) / 100;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
