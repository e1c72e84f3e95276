/** What a figure has to be for its promise to hold. */
export interface Bar {
  readonly is: 'at least' | 'at most';
  readonly value: number;
}

/** One measured quantity: a value from each round, and what the middle one is worth against its bar. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
  readonly bar: Bar | null;
  readonly verdict: 'met' | 'missed' | null;
}

export function figure(
  name: string,
  unit: string,
  values: readonly number[],
  bar: Bar | null = null,
): Figure {
  const sorted = Float64Array.from(values).sort();
  const median = medianOf(sorted);
  const isMet = bar === null || (bar.is === 'at least' ? median >= bar.value : median <= bar.value);
  return {
    ...{ name, unit },
    ...{
      median: rounded(median),
      min: rounded(sorted.at(0) ?? 0),
      max: rounded(sorted.at(-1) ?? 0),
    },
    rounds: values.length,
    bar,
    verdict: bar === null ? null : isMet ? 'met' : 'missed',
  };
}

/** Round by round, so that whatever slows the machine down slows both sides down. */
export const ratios = (above: readonly number[], below: readonly number[]): readonly number[] =>
  above.map((value, round) => value / (below[round] ?? Number.NaN));

function medianOf(sorted: Float64Array): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

const rounded = (value: number): number =>
  Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
