import { describe, expect, it } from '@jest/globals';

import { runProgram } from '../support/run-program.js';

const FIGURE = {
  name: expect.any(String),
  unit: expect.any(String),
  median: expect.any(Number),
  min: expect.any(Number),
  max: expect.any(Number),
  rounds: 1,
};

describe('bench', () => {
  it('measures what it is asked for and says what each figure is worth', async () => {
    const only = ['--only', 'appends', '--only', 'schedule'];
    const program = runProgram('bench/main.ts', ['--quick', '--json', ...only]);
    expect(await program.ended).toBe(0);
    const [line] = /^\{.*\}$/m.exec(program.output()) ?? [''];
    const report: unknown = JSON.parse(line);

    expect(report).toMatchObject({
      quick: true,
      machine: { cores: expect.any(Number), settings: { fsync: expect.any(String) } },
      memoryMb: { rss: expect.any(Number), heapUsed: expect.any(Number) },
      benches: [
        {
          bench: 'appends',
          load: [expect.any(Number), expect.any(Number)],
          figures: [
            { ...FIGURE, bar: null, verdict: null },
            { ...FIGURE, bar: null, verdict: null },
            { ...FIGURE, bar: null, verdict: null },
            { ...FIGURE, bar: { is: 'at least', value: 4 }, verdict: expect.any(String) },
            { ...FIGURE, bar: { is: 'at least', value: 1.5 }, verdict: expect.any(String) },
          ],
        },
        {
          bench: 'schedule',
          figures: [
            FIGURE,
            FIGURE,
            { ...FIGURE, bar: { is: 'at most', value: 5 }, verdict: expect.any(String) },
          ],
        },
      ],
    });
  });

  it('names what can be measured when it is asked for something else', async () => {
    const program = runProgram('bench/main.ts', ['--only', 'luck']);
    expect(await program.ended).toBe(64);
    expect(program.output()).toContain('expected one of appends, schedule');
  });
});
