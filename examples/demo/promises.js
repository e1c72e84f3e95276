import { laneKey, lanesOf } from './lanes.js';
import { OPEN_STATUSES } from './story.js';
import { truthfulNotices } from './truthful-notices.js';

/**
 * The promises of PRODUCT.md, each tried on what the receivers and the executor have written down, against what the
 * API says. A check answers `{ looked, broken, said? }`: how much it has looked at, what breaks the promise, and what
 * else is worth saying. A check that has looked at nothing proves nothing and counts as broken.
 */
const CHECKS = [
  ['1  Nothing acknowledged is lost', nothingLost],
  ['2  One reserving action per target', oneReservation],
  ['3  A target is applied at most once, by one holder', appliedOnce],
  ['3  What the executor did is what the API says', outcomesAgree],
  ['4  Never early', neverEarly],
  ['5  Truthful notices', truthfulNotices],
  ['5  No notice leaves when its time is over', noneTooLate],
  ['6  Each dispatch has its effect once', effectsOnce],
  ['6  A webhook-id always carries the same message', sameMeaning],
  ['6  Sent is what has arrived, and arrived what was sent', sentIsArrived],
  ['6  Uncertain only where a kill came inside a send', uncertainByKill],
  ['+  Counters balance', countersBalance],
  ['+  No dispatch waits for ever', nonePending],
];

export const tryPromises = (found) =>
  CHECKS.map(([name, check]) => {
    const { looked, broken, said = null } = check(found);
    return { name, looked, broken, said, isKept: looked > 0 && broken.length === 0 };
  });

function nothingLost({ evidence, acknowledged, fleet }) {
  const broken = acknowledged
    .filter((ack) => !isInLog(ack, evidence))
    .map(({ type, actionId, targetId }) => `${type} of ${targetId ?? actionId}`);
  if (evidence.targetCount < fleet.targets.length) broken.push('imported targets');
  return { looked: acknowledged.length + fleet.targets.length, broken };
}

/** The event that was acknowledged, at or below the position that was answered. */
const isInLog = (ack, { actions }) =>
  (actions.find(({ actionId }) => actionId === ack.actionId)?.events ?? []).some(
    ({ type, data, position }) =>
      type === ack.type &&
      (ack.targetId === undefined || data.targetId === ack.targetId) &&
      BigInt(position) <= BigInt(ack.position),
  );

function oneReservation({ refusals, evidence }) {
  const broken = unrefused(refusals, 2);
  const holders = new Map();
  for (const { actionId, targets } of evidence.actions) {
    for (const { targetId } of targets) {
      if (holders.has(targetId)) broken.push(`${targetId} is in two actions`);
      holders.set(targetId, actionId);
    }
  }
  return { looked: refusals.length + holders.size, broken };
}

const unrefused = (refusals, number) =>
  refusals
    .filter(({ promise, wanted, code }) => promise === number && code !== wanted)
    .map(({ what, wanted, code }) => `${what}: ${code} instead of ${wanted}`);

const workKey = ({ actionId, targetId }) => `${actionId} ${targetId}`;

function appliedOnce({ executor, refusals }) {
  const [effects, fences, broken] = [new Map(), new Map(), unrefused(refusals, 3)];
  for (const entry of executor) {
    const key = workKey(entry);
    if (entry.effect === 'applied') effects.set(key, (effects.get(key) ?? 0) + 1);
    if (entry.fence <= (fences.get(key) ?? 0)) broken.push(`${key}: fence ${entry.fence} is stale`);
    fences.set(key, entry.fence);
  }
  for (const [key, count] of effects) if (count > 1) broken.push(`${key} applied ${count} times`);
  const again = executor.filter(({ effect }) => effect === 'none').length;
  return { looked: executor.length, broken, said: again > 0 ? `${again} asked again` : null };
}

function outcomesAgree({ executor, evidence }) {
  const last = new Map(executor.map((entry) => [workKey(entry), entry.effect]));
  const applied = new Set(executor.filter((e) => e.effect === 'applied').map(workKey));
  const broken = [];
  const targets = evidence.actions.flatMap((action) => action.targets);
  for (const target of targets) {
    const key = workKey(target);
    const isApplied = target.status === 'applied';
    if (isApplied !== applied.has(key))
      broken.push(`${key}: ${target.status}, executor: ${last.get(key)}`);
    if (target.reason === 'failed_by_rule' && last.get(key) !== 'failed')
      broken.push(`${key}: failed?`);
  }
  return { looked: targets.length, broken };
}

/** By the executor's own clock, against the time that scheduling answered. */
function neverEarly({ executor, evidence }) {
  const runAt = new Map(
    evidence.actions.flatMap(({ stages, targets }) =>
      targets.map((target) => [workKey(target), stages[target.stage].runAt]),
    ),
  );
  const broken = executor
    .filter((entry) => Date.parse(entry.at) < Date.parse(runAt.get(workKey(entry))))
    .map((entry) => `${workKey(entry)} at ${entry.at}, scheduled for ${runAt.get(workKey(entry))}`);
  return { looked: executor.length, broken };
}

function noneTooLate({ hooks }) {
  const notices = hooks.filter(({ kind }) => kind === 'notice');
  const broken = notices
    .filter(({ attemptedAt, expiresAt }) => expiresAt === null || attemptedAt >= expiresAt)
    .map(({ id, attemptedAt }) => `${id} at ${attemptedAt}`);
  return { looked: notices.length, broken };
}

/** One lead and one revision: whoever is told the same of the same target twice was told once too often. */
function effectsOnce({ mails, hooks, evidence }) {
  const lanes = [...lanesOf([...mails, ...hooks, ...evidence.inbox]).values()];
  const broken = lanes.flatMap(({ key, messages }) => {
    const kinds = messages.map(({ kind }) => kind);
    const twice = kinds.filter((kind, index) => kinds.indexOf(kind) !== index);
    return twice.map((kind) => `${key}: ${kind} twice`);
  });
  return { looked: lanes.length, broken };
}

/** A repetition says the same, but of targets that were called off meanwhile: to repeat that would be untrue. */
function sameMeaning({ hooks, repeats, forged, evidence }) {
  const calledOff = calledOffIn(evidence);
  const isSame = ({ first, again }) =>
    first.meaning === again.meaning &&
    [...again.members].every(([targetId, text]) => first.members.get(targetId) === text) &&
    first.targetIds.every((id) => again.members.has(id) || calledOff.has(id));
  const broken = [
    ...repeats
      .filter((repeat) => !isSame(repeat))
      .map(({ first }) => `${first.id} came again with another meaning`),
    ...forged.map(({ path, reason }) => `a call of ${path} did not verify: ${reason}`),
  ];
  const said = repeats.length > 0 ? `${repeats.length} came again and were taken once` : null;
  return { looked: hooks.length, broken, said };
}

const calledOffIn = ({ actions }) =>
  new Set(
    actions
      .flatMap(({ targets }) => targets)
      .filter(({ calledOffAt }) => calledOffAt !== null)
      .map(({ targetId }) => targetId),
  );

const OUTSIDE = ['email', 'webhook'];

function sentIsArrived({ mails, hooks, evidence }) {
  const lanes = lanesOf([...mails, ...hooks]);
  const notices = noticesOf(evidence).filter(({ channel }) => OUTSIDE.includes(channel));
  const arrived = ({ kind, ...rest }) =>
    lanes.get(laneKey(rest))?.messages.some((message) => message.kind === kind) ?? false;
  const unsent = notices.filter((row) => row.status === 'sent' && !arrived(row));
  const known = new Map(notices.map((row) => [`${laneKey(row)} ${row.kind}`, row.status]));
  const broken = unsent.map((row) => `${laneKey(row)}: ${row.kind} is sent, but nobody got it`);
  for (const { key, messages } of lanes.values()) {
    for (const { kind } of messages) {
      const status = known.get(`${key} ${kind}`);
      if (status !== 'sent' && status !== 'uncertain') broken.push(`${key}: ${kind} is ${status}`);
    }
  }
  return { looked: notices.length, broken };
}

function uncertainByKill({ evidence, kills, mails, hooks }) {
  const uncertain = noticesOf(evidence).filter(({ status }) => status === 'uncertain');
  // A keyed send that a kill broke off is repeated under its key, unless it lost its point meanwhile.
  const calledOff = calledOffIn(evidence);
  const isOver = ({ notAfter, endedAt }) => notAfter !== null && endedAt >= notAfter;
  const mayBe = (row) =>
    row.channel === 'email' ||
    (row.channel === 'webhook' && (calledOff.has(row.targetId) || isOver(row)));
  const broken = uncertain
    .filter((row) => kills.length === 0 || !mayBe(row))
    .map((row) => `${laneKey(row)}: ${row.kind}`);
  const lanes = lanesOf([...mails, ...hooks]);
  const arrived = uncertain.filter((row) =>
    lanes.get(laneKey(row))?.messages.some(({ kind }) => kind === row.kind),
  ).length;
  const said = `${uncertain.length} uncertain, of which ${arrived} had arrived`;
  return { looked: noticesOf(evidence).length, broken, said };
}

function countersBalance({ evidence }) {
  const broken = evidence.actions.flatMap(({ type, now, targets }) => {
    const { total, ...parts } = now.counters;
    const sum = Object.values(parts).reduce((a, b) => a + b, 0);
    const wrong = Object.entries(parts).filter(
      ([status, count]) => targets.filter((target) => target.status === status).length !== count,
    );
    const unbalanced =
      sum === total && targets.length === total ? [] : [`${type}: ${sum} ≠ ${total}`];
    return [...unbalanced, ...wrong.map(([status, count]) => `${type}: ${status} is not ${count}`)];
  });
  return { looked: evidence.actions.length, broken };
}

function nonePending({ evidence }) {
  const notices = noticesOf(evidence);
  const broken = notices
    .filter(({ status }) => OPEN_STATUSES.includes(status))
    .map((row) => `${laneKey(row)}: ${row.kind} is ${row.status}`);
  return { looked: notices.length, broken };
}

export const noticesOf = ({ actions }) => actions.flatMap(({ notices }) => notices);
