import { StoreUnavailable } from '../../application/ports/event-store.port.js';
import type { LogPage } from '../../application/ports/event-store.port.js';
import type { Wake } from './wake.js';

export interface TailSource {
  readonly wake: Wake;
  readAll(after: bigint, limit: number): Promise<LogPage>;
}

/** Reads on for ever. While the store is away it waits like at the end of the log: each ring is another try. */
export async function* tail(
  source: TailSource,
  from: { readonly after: bigint; readonly limit: number },
  signal: AbortSignal,
): AsyncGenerator<LogPage, void, undefined> {
  let { after } = from;
  while (!signal.aborted) {
    const { rings } = source.wake;
    const page = await unlessAborted(nextPage(source, after, from.limit), signal);
    if (page !== null && page.position > after) {
      after = page.position;
      yield page;
    } else {
      await source.wake.after(rings, signal);
    }
  }
}

async function nextPage(source: TailSource, after: bigint, limit: number): Promise<LogPage | null> {
  try {
    return await source.readAll(after, limit);
  } catch (error) {
    if (error instanceof StoreUnavailable) {
      return null;
    }
    throw error;
  }
}

/** A read may wait for a hole of the log; whoever gives up does not wait with it. */
function unlessAborted(
  reading: Promise<LogPage | null>,
  signal: AbortSignal,
): Promise<LogPage | null> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      resolve(null);
    };
    signal.addEventListener('abort', abort, { once: true });
    void reading.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
