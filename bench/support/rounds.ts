import type { Effort } from './bench.js';

export type Contenders = Readonly<Record<string, (round: number) => Promise<number>>>;

/**
 * Measures all contenders in every round, each time starting with another one: what changes on the machine from
 * minute to minute meets all of them. The first round only warms up.
 */
export async function interleaved<Names extends Contenders>(
  { rounds }: Effort,
  contenders: Names,
): Promise<Readonly<Record<keyof Names, readonly number[]>>> {
  const entries = Object.entries(contenders);
  const values: Record<string, number[]> = {};
  for (const [name] of entries) values[name] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const first = round % entries.length;
    for (const [name, measure] of [...entries.slice(first), ...entries.slice(0, first)]) {
      globalThis.gc?.();
      const value = await measure(round);
      if (round > 0) values[name]?.push(value);
    }
  }
  return values as Record<keyof Names, number[]>;
}

/** How often per second the work is done by so many callers who each begin again as soon as they have an answer. */
export async function perSecond(
  { spanMs }: Pick<Effort, 'spanMs'>,
  callers: number,
  work: (caller: number) => Promise<unknown>,
): Promise<number> {
  const startedAt = performance.now();
  let count = 0;
  const call = async (caller: number): Promise<void> => {
    while (performance.now() - startedAt < spanMs) {
      await work(caller);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return (count / (performance.now() - startedAt)) * 1_000;
}

export async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
