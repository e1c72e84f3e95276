export type MeterLabels = Readonly<Record<string, string | number>>;

/**
 * Measurements for operators. Every name is in the catalogue of `docs/metrics.md`; an unknown name, or labels other
 * than the declared ones, is a bug and throws. Labels have few values: never an id.
 */
export abstract class Meters {
  /** Adds to a counter. */
  abstract count(name: string, labels?: MeterLabels, by?: number): void;
  /** Sets a gauge. */
  abstract set(name: string, value: number, labels?: MeterLabels): void;
  /** Adds one measurement to a histogram. */
  abstract observe(name: string, value: number, labels?: MeterLabels): void;
  /** All measurements in the text format that `contentType` names. */
  abstract render(): Promise<{ readonly contentType: string; readonly text: string }>;
}
