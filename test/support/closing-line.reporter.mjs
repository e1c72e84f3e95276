/** Ends the output with the real counts. A file that could not run counts as one failure. */
export default class ClosingLineReporter {
  #results;

  onRunComplete(_contexts, results) {
    this.#results = results;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const more = skipped > 0 ? `, ${skipped} skipped` : '';
    // Jest's own summary comes after every other reporter, so the line waits for the end.
    process.once('exit', () => {
      process.stdout.write(`${results.numPassedTests} passed, ${failed} failed${more}\n`);
    });
  }

  /** A run that proved nothing is a failed run. */
  getLastError() {
    const proved = this.#results?.numPassedTests + this.#results?.numFailedTests;
    return proved === 0 ? new Error('No test ran.') : undefined;
  }
}
