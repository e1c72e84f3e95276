// An executor: Forewarn asks it to apply the change to one target at a time. Needs the package `standardwebhooks`.
import { createServer } from 'node:http';
import process from 'node:process';

import { Webhook } from 'standardwebhooks';

const {
  EXECUTOR_SECRET,
  PORT = '4020',
  FAIL_SHARE = '0',
  FAIL_TARGETS = '',
  ANSWER_ACCEPTED = '',
} = process.env;
const webhook = new Webhook(EXECUTOR_SECRET ?? '');
const failTargets = new Set(FAIL_TARGETS.split(','));
const answers = new Map(); // work id → answer. In memory here: keep it in a database, as well as the fences.
const fences = new Map(); // target id → highest fence seen
const applied = new Set(); // action and target of every change that was made

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** The same targets fail every time: those that are named, and a share of all by their hash. */
const fails = (targetId) =>
  failTargets.has(targetId) ||
  [...targetId].reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)) % 1_009, 7) / 1_009 <
    Number(FAIL_SHARE);

function work({ workId, targetId, fence, actionId, attempt }) {
  if (answers.has(workId)) return answers.get(workId);
  if (fence < (fences.get(targetId) ?? 0)) return [409, { reason: 'stale_fence' }];
  fences.set(targetId, fence);
  const failed = fails(targetId);
  // A claim whose holder died comes again with a new fence: what it has done already is not done twice.
  const done = applied.has(`${actionId} ${targetId}`);
  if (!failed) applied.add(`${actionId} ${targetId}`);
  const effect = done ? 'none' : failed ? 'failed' : 'applied';
  print({ effect, workId, actionId, targetId, fence, attempt, at: new Date().toISOString() });
  const outcome = failed
    ? { outcome: 'failed', reason: 'failed_by_rule', retryable: false }
    : { outcome: 'applied' };
  // With `accepted` the outcome follows later by Forewarn's outcome route; this program leaves that to you.
  const answer = ANSWER_ACCEPTED === '' ? [200, outcome] : [202, { outcome: 'accepted' }];
  answers.set(workId, answer);
  return answer;
}

const server = createServer(async (request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    answer(...work(webhook.verify(body, request.headers)));
  } catch {
    answer(401, { reason: 'bad_signature' });
  }
});
server.listen(Number(PORT), '127.0.0.1', () => print({ listening: server.address().port }));
