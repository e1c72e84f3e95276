/**
 * An immutable list whose `set` copies one chunk instead of everything, so that folding an event costs the same
 * with ten targets and with ten thousand.
 */
export interface ChunkedList<Item> {
  readonly size: number;
  readonly chunks: readonly (readonly Item[])[];
}

const CHUNK_SIZE = 128;

export const emptyList = <Item>(): ChunkedList<Item> => ({ size: 0, chunks: [] });

export function at<Item>(list: ChunkedList<Item>, index: number): Item {
  const item = list.chunks[Math.floor(index / CHUNK_SIZE)]?.[index % CHUNK_SIZE];
  if (item === undefined) throw new RangeError(`index ${String(index)} of ${String(list.size)}`);
  return item;
}

export function set<Item>(list: ChunkedList<Item>, index: number, item: Item): ChunkedList<Item> {
  const chunkNo = Math.floor(index / CHUNK_SIZE);
  const chunk = (list.chunks[chunkNo] ?? []).slice();
  chunk[index % CHUNK_SIZE] = item;
  const chunks = list.chunks.slice();
  chunks[chunkNo] = chunk;
  return { size: list.size, chunks };
}

export function append<Item>(list: ChunkedList<Item>, items: readonly Item[]): ChunkedList<Item> {
  const chunks = list.chunks.slice();
  const last = chunks.at(-1);
  const tail = last !== undefined && last.length < CHUNK_SIZE ? [...last] : [];
  if (tail.length > 0) chunks.pop();
  const rest = [...tail, ...items];
  for (let from = 0; from < rest.length; from += CHUNK_SIZE) {
    chunks.push(rest.slice(from, from + CHUNK_SIZE));
  }
  return { size: list.size + items.length, chunks };
}

export function* itemsFrom<Item>(list: ChunkedList<Item>, from = 0): Generator<Item> {
  for (let index = from; index < list.size; index += 1) yield at(list, index);
}
