/** What is measured did not work: its figures would mean nothing. */
export class BenchBroken extends Error {
  override readonly name = 'BenchBroken';
}
