/** `npm run demo`: the whole life cycle on real input, through the public HTTP API only. See docs/demo.md. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { gather } from './evidence.js';
import { readFleet } from './fleet.js';
import { tryPromises } from './promises.js';
import { clock, render } from './report.js';
import { play } from './story.js';
import { prepareWorld } from './world.js';

const { values: options } = parseArgs({
  options: {
    kill: { type: 'boolean', default: false },
    seed: { type: 'string' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});

const beganAt = Date.now();
const secondsSoFar = () => (Date.now() - beganAt) / 1_000;
const print = (text) => process.stdout.write(`${text}\n`);
const tell = (text) => {
  print(`${clock(Date.now())} ${secondsSoFar().toFixed(1).padStart(6)} s  ${text}`);
};

const endings = [];
const tidyUp = async () => {
  for (const end of endings.splice(0)) await end();
};
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void tidyUp().then(() => process.exit(130)));
}
try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
} finally {
  await tidyUp();
}

/** Answers whether every promise was kept. */
async function run() {
  const fleet = readFleet();
  const later = (end) => endings.unshift(end);
  const world = await prepareWorld({ fleet, options, tell, later });
  const story = await play(world);
  tell('reading what the service says of it all');
  const found = findingsOf(world, story, await gather(world.api, fleet, story.actions));
  found.promises = tryPromises(found);
  print(render(found));
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(summaryOf(found)));
  const broken = found.promises.filter(({ isKept }) => !isKept).length;
  const kept = found.promises.length - broken;
  print(`\n${kept} promises kept, ${broken} broken, in ${secondsSoFar().toFixed(0)} s`);
  return broken === 0;
}

/** The receivers' and the executor's ledgers, and what the API says, side by side. */
function findingsOf({ fleet, api, mail, hooks, executor, killer, refusals }, story, evidence) {
  return {
    story,
    evidence,
    fleet,
    refusals,
    acknowledged: api.acknowledged,
    executor: executor.ledger,
    mails: mail.ledger,
    hooks: hooks.ledger,
    repeats: hooks.repeats,
    forged: hooks.forged,
    kills: killer.kills,
    repeatedCalls: api.repeated,
    faultsInjected: {
      'SMTP 451': mail.turnedAway.length,
      'webhook 503': hooks.turnedAway.length,
      'executor fails': executor.ledger.filter(({ effect }) => effect === 'failed').length,
    },
  };
}

/** What a test wants to know. */
function summaryOf({ promises, kills, evidence, repeats, repeatedCalls, mails, hooks, executor }) {
  return {
    promises,
    kills,
    statuses: evidence.actions.map(({ type, now }) => [type, now.status]),
    counters: evidence.actions.map(({ now }) => now.counters),
    uncertain: evidence.actions
      .flatMap(({ notices }) => notices)
      .filter(({ status }) => status === 'uncertain').length,
    counts: {
      mails: mails.length,
      hooks: hooks.length,
      repeats: repeats.length,
      orders: executor.length,
      repeatedCalls,
    },
  };
}
