import { pause } from './pause.js';

/** Waits for the work to end, however it ends, but not for longer than `ms`. Answers whether it did. */
export async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const patience = new AbortController();
  const ended = (): boolean => true;
  const isOver = pause(ms, patience.signal).then(() => false);
  const answer = await Promise.race([work.then(ended, ended), isOver]);
  patience.abort();
  return answer;
}
