import { laneKey, lanesOf } from './lanes.js';

const OPENERS = ['notice', 'rescheduled'];
/** A correction that ends like this is reported to the operator: that is the promise's other half. */
const REPORTED = ['dead', 'failed', 'uncertain'];

/**
 * For every recipient, target and channel: the last message that arrived is the last true state, whoever was not
 * told before hears nothing, and what could not be delivered is listed.
 */
export function truthfulNotices({ mails, hooks, evidence, story }) {
  const lanes = lanesOf([...mails, ...hooks, ...evidence.inbox]);
  const dispatches = dispatchesByLane(evidence);
  const facts = factsByTarget(evidence);
  const broken = [];
  let undeliverable = 0;
  for (const lane of lanes.values()) {
    const known = dispatches.get(lane.key) ?? [];
    const wrong = wrongIn(lane, facts.get(lane.targetId), known);
    if (wrong === 'undeliverable') undeliverable += 1;
    else if (wrong !== null) broken.push(`${lane.key}: ${wrong}`);
  }
  broken.push(...brokenByTheStory(story, lanes));
  return { looked: lanes.size, broken, said: `${undeliverable} corrections undeliverable` };
}

function wrongIn(lane, fact, known) {
  if (fact === undefined) return 'a message about a target of nobody';
  const kinds = lane.messages.map(({ kind }) => kind);
  const mayHaveBeenTold = known.some(
    ({ kind, status }) => OPENERS.includes(kind) && status === 'uncertain',
  );
  if (!OPENERS.includes(kinds[0]) && !mayHaveBeenTold) return `${kinds[0]} without a notice`;
  const last = kinds.at(-1);
  if (fact.lastKinds.includes(last)) return null;
  const isReported = known.some(
    ({ kind, status }) => fact.lastKinds.includes(kind) && REPORTED.includes(status),
  );
  return isReported
    ? 'undeliverable'
    : `the last word is ${last}, but the target is ${fact.status}`;
}

/** What the last message must be, by how the target ended. */
function factsByTarget({ actions }) {
  return new Map(
    actions.flatMap(({ targets, tellCompleted }) =>
      targets.map((target) => {
        const { targetId, status } = target;
        return [targetId, { status, lastKinds: lastKindsOf(target, tellCompleted) }];
      }),
    ),
  );
}

function lastKindsOf({ status, calledOffAt }, tellCompleted) {
  switch (status) {
    case 'applied':
      return tellCompleted ? ['completed'] : OPENERS;
    case 'failed':
      return calledOffAt === null ? ['failed'] : ['cancelled'];
    case 'cancelled':
    case 'skipped':
      return ['cancelled'];
    default:
      return OPENERS;
  }
}

/** The two targets that were called off one by one: one in silence, one with a word. */
function brokenByTheStory({ before, after }, lanes) {
  const heard = (id) => [...lanes.values()].filter(({ targetId }) => targetId === id);
  const told = heard(before.targetId);
  const corrected = heard(after.targetId).filter(
    (lane) => lane.messages.at(-1).kind === 'cancelled',
  );
  return [
    ...told.map(({ key }) => `${key}: told, though cancelled before its notice`),
    ...(corrected.length > 0 ? [] : [`${after.targetId}: cancelled after its notice, in silence`]),
  ];
}

function dispatchesByLane({ actions }) {
  const byLane = new Map();
  for (const row of actions.flatMap(({ notices }) => notices)) {
    const key = laneKey(row);
    byLane.set(key, [...(byLane.get(key) ?? []), row]);
  }
  return byLane;
}
