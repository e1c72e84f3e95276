import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { format, resolveConfig } from 'prettier';

import { appendsBench } from './appends.bench.js';
import { httpBench } from './http.bench.js';
import { latenessBench } from './lateness.bench.js';
import { logBench } from './log.bench.js';
import { relayBench } from './relay.bench.js';
import { scheduleBench } from './schedule.bench.js';
import { benchServer } from './support/bench-database.js';
import { FULL, QUICK } from './support/bench.js';
import type { Bench, Effort } from './support/bench.js';
import { load, machineWith } from './support/machine.js';
import { benchText, machineText } from './support/report.js';
import type { BenchReport, RunReport } from './support/report.js';
import { workBench } from './work.bench.js';

const BENCHES: readonly Bench[] = [
  ...[appendsBench, scheduleBench, workBench, relayBench],
  ...[latenessBench, logBench, httpBench],
];
const RESULTS = path.join(import.meta.dirname, 'results.json');
const EXIT_USAGE = 64;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const unknown = values.only.find((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown !== undefined) {
  const names = BENCHES.map(({ name }) => name).join(', ');
  process.stderr.write(`--only: expected one of ${names}, found ${unknown}\n`);
  process.exit(EXIT_USAGE);
}
const report = await run(values.only, values.quick);
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
if (values.save) await save(report);

async function run(only: readonly string[], quick: boolean): Promise<RunReport> {
  const server = await benchServer();
  // Every bench has a database of its own on this one server.
  process.env['DATABASE_URL'] = server.url;
  try {
    const machine = await machineWith(server.url);
    say(machineText(machine));
    const benches: BenchReport[] = [];
    for (const bench of BENCHES) {
      if (only.length > 0 && !only.includes(bench.name)) continue;
      benches.push(await measured(bench, quick ? QUICK : FULL));
    }
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    const memoryMb = { rss: megabytes(rss), heapUsed: megabytes(heapUsed) };
    say(
      `\nmemory at the end: ${String(memoryMb.rss)} MB RSS, ${String(memoryMb.heapUsed)} MB heap`,
    );
    return { at: new Date().toISOString(), quick, machine, benches, memoryMb };
  } finally {
    await server.stop();
  }
}

async function measured(bench: Bench, effort: Effort): Promise<BenchReport> {
  const before = load();
  const figures = await bench.run(effort);
  const { name, about } = bench;
  const done: BenchReport = { bench: name, about, load: [before, load()], figures };
  say(`\n${benchText(done)}`);
  return done;
}

/** With `--json` only the report goes to the output. */
function say(text: string): void {
  (values.json ? process.stderr : process.stdout).write(`${text}\n`);
}

async function save(done: RunReport): Promise<void> {
  const earlier = fs.existsSync(RESULTS)
    ? (JSON.parse(fs.readFileSync(RESULTS, 'utf8')) as readonly RunReport[])
    : [];
  const style = await resolveConfig(RESULTS);
  const text = await format(JSON.stringify([...earlier, done]), { ...style, parser: 'json' });
  fs.writeFileSync(RESULTS, text);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}
