import { ApiRefused } from './api.js';
import { caughtUp } from './evidence.js';
import { until } from './patience.js';

const NEW_VERSION = '2.4.0';
const OWNERS_WITH_ENDPOINT = 12;

/** Seconds from now, so that the whole life fits into a minute. Stages are percent and seconds behind the first. */
const QUICK = {
  versionChange: { runIn: 22, lead: 15, stages: stagesAt(0, 8, 24) },
  restart: { runIn: 45, lead: 40 },
};
/** With time for a service that has to be started again and again. */
const PATIENT = {
  versionChange: { runIn: 30, lead: 25, stages: stagesAt(0, 6, 45) },
  restart: { runIn: 60, lead: 55 },
};

function stagesAt(first, second, third) {
  return [
    { percent: 10, after: `PT${first}S` },
    { percent: 30, after: `PT${second}S` },
    { percent: 60, after: `PT${third}S` },
  ];
}

const inSeconds = (seconds) => new Date(Date.now() + seconds * 1_000).toISOString();

/**
 * The life cycle: what an admin does, step by step, each step waiting for what the people outside have really got.
 * `world` is everybody around: `api`, `fleet`, `mail`, `hooks`, `executor`, `killer`, `tell`.
 */
export async function play(world) {
  await importFleet(world);
  await registerWebhooks(world);
  const pace = world.killer.isOn ? PATIENT : QUICK;
  const versionChange = await scheduleVersionChange(world, pace.versionChange);
  const restart = await scheduleRestart(world, pace.restart);
  await askForTrouble(world, versionChange);
  const before = await cancelBeforeNotice(world, versionChange);
  const after = await cancelAfterNotice(world, restart);
  await cancelTheRest(world, versionChange);
  await seeItThrough(world, [versionChange, restart]);
  await reportWithStaleFence(world, restart);
  return { actions: [versionChange, restart], before, after };
}

async function importFleet({ api, fleet, tell }) {
  const { accepted, rejected } = await api.importLines('/v1/directory/import', fleet.text);
  tell(`imported ${accepted} of ${fleet.lineCount} lines, ${rejected} rejected`);
}

/** Some owners have an endpoint of their own; one is the default for all others. */
async function registerWebhooks({ api, fleet, hooks, tell, leaveNothing }) {
  const owners = fleet.recipients.slice(0, OWNERS_WITH_ENDPOINT).map((owner) => owner.recipientId);
  for (const recipientId of [null, ...owners]) {
    const path = `/hooks/${recipientId ?? 'default'}`;
    const body = { url: hooks.url + path, recipientId };
    const { endpointId, secret } = await api.post('/v1/webhook-endpoints', body);
    hooks.trust(path, secret);
    leaveNothing(() => api.remove(`/v1/webhook-endpoints/${endpointId}`));
  }
  tell(`registered a default webhook and ${owners.length} of owners`);
}

/** The version change takes two regions by their ids, the restart the third one by a query. */
const RESTARTED_REGION = 'ap-1';
const isUpgraded = ({ labels }) => labels.region !== RESTARTED_REGION;

async function scheduleVersionChange({ api, fleet, killer, tell }, { runIn, lead, stages }) {
  const ids = fleet.targets.filter(isUpgraded).map(({ targetId }) => targetId);
  const request = {
    type: 'version_change',
    parameters: { targetVersion: NEW_VERSION },
    targets: { ids },
    runAt: inSeconds(runIn),
    stages,
    seed: 'demo',
  };
  const plan = await api.post('/v1/actions/preview', request);
  tell(
    `preview: ${plan.eligible.count} eligible, ${plan.pinned.count} pinned, ` +
      `${plan.alreadyOnVersion.count} on ${NEW_VERSION} already, ${plan.destroyed.count} destroyed, ` +
      `${plan.ownerUnknown.count} without an owner`,
  );
  killer.during('scheduling', { withinMs: 1_000 });
  const policy = { notice: { leads: [`PT${lead}S`] }, reason: 'security fix' };
  const body = { ...request, ...policy, planHash: plan.planHash, execution: EXECUTION };
  return schedule({ api, tell }, body);
}

/** After a crash a claim comes again soon, and as often as it takes. */
const EXECUTION = { attemptsMax: 8, retryDelay: 'PT1S', onExpiry: 'retry' };

async function scheduleRestart({ api, tell }, { runIn, lead }) {
  return schedule(
    { api, tell },
    {
      type: 'restart',
      targets: { query: { labels: { region: RESTARTED_REGION } } },
      runAt: inSeconds(runIn),
      zone: 'Europe/Berlin',
      notice: { leads: [`PT${lead}S`], tellCompleted: true },
      execution: EXECUTION,
      reason: 'kernel update',
    },
  );
}

async function schedule({ api, tell }, body) {
  const answer = await api.post('/v1/actions', body);
  api.note(answer, { type: 'ActionScheduled' });
  // Behind a kill the read models need a moment: the position makes the read wait for them.
  await api.get(`/v1/actions/${answer.actionId}?atLeast=${answer.position}`);
  const { actionId, counters, stages, destroyedTargetIds } = answer;
  tell(
    `scheduled ${body.type} of ${counters.total} targets in ${stages.length} stage(s), ` +
      `${destroyedTargetIds.length} destroyed ones left out`,
  );
  const { tellCompleted = false } = body.notice;
  return { actionId, type: body.type, stages, total: counters.total, tellCompleted };
}

/** A second admin wants a target that is taken (promise 2). */
async function askForTrouble({ api, tell, refusals }, { actionId }) {
  const { items } = await api.get(`/v1/actions/${actionId}/targets?limit=1`);
  const targets = { ids: [items[0].targetId] };
  const rival = { type: 'restart', targets, runAt: inSeconds(120), notify: false };
  const code = await refusalOf(api.post('/v1/actions', rival));
  refusals.push({ promise: 2, what: 'a rival action', wanted: 'target_busy', code });
  tell(`a rival action on ${items[0].targetId}: ${code}`);
}

/** A worker that has lost its claim says, much too late, how its work went (promise 3). */
async function reportWithStaleFence({ api, executor, refusals, tell }, { actionId }) {
  const done = executor.ledger.find((entry) => entry.actionId === actionId && entry.fence > 1);
  const path = `/v1/actions/${actionId}/targets/${done.targetId}/outcome`;
  const body = { fence: done.fence - 1, outcome: 'failed', reason: 'late_news' };
  const code = await refusalOf(api.post(path, body));
  refusals.push({ promise: 3, what: 'a stale outcome', wanted: 'lease_lost', code });
  tell(`an outcome of ${done.targetId} under a stale fence: ${code}`);
}

async function refusalOf(call) {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    if (error instanceof ApiRefused) return error.problem.code;
    throw error;
  }
}

/** Nobody has been told yet, so nobody may ever hear of it. */
async function cancelBeforeNotice(world, { actionId }) {
  const targetId = await reachableTarget(world, actionId, 2);
  return cancelTarget(world, actionId, targetId, 'before its notice');
}

async function cancelAfterNotice(world, { actionId }) {
  const { mail, hooks, killer } = world;
  killer.during('notices', { withinMs: 1_500, when: () => mail.ledger.length > 0 });
  killer.during('notices', { withinMs: 1_500, when: () => hooks.ledger.length > 100 });
  const told = await until('somebody has a mail and a webhook about the restart', () => {
    const byHook = new Set(hooks.ledger.flatMap(({ targetIds }) => targetIds));
    return mail.ledger
      .filter(({ kind }) => kind === 'notice')
      .flatMap(({ targetIds }) => targetIds)
      .find((id) => byHook.has(id) && !isUpgraded(world.fleet.targetById.get(id)));
  });
  killer.during('cancelling', { withinMs: 100 });
  return cancelTarget(world, actionId, told, 'after its notice');
}

async function cancelTarget({ api, tell }, actionId, targetId, when) {
  const path = `/v1/actions/${actionId}/targets/${targetId}/cancel`;
  const body = { reason: `called off ${when}` };
  const answer = await api.post(path, body);
  api.note(answer, { type: 'TargetCancelled', targetId });
  tell(`cancelled ${targetId} ${when}: ${answer.targetStatus}`);
  return { actionId, targetId };
}

/** A target of this stage whose owner has an address, so that silence is by decision. */
async function reachableTarget({ api, fleet }, actionId, stage) {
  const targets = await api.all(`/v1/actions/${actionId}/targets?stage=${stage}`);
  const found = targets.find(({ ownerId }) => fleet.recipientById.get(ownerId)?.emails.length > 0);
  return found.targetId;
}

/** Two stages are through and the owners of the third have been warned: then it is called off. */
async function cancelTheRest(world, { actionId, total }) {
  const { api, mail, hooks, executor, killer, tell } = world;
  killer.during('applying', { withinMs: 600, when: () => executor.ledger.length > 0 });
  const last = await api.all(`/v1/actions/${actionId}/targets?stage=2`);
  const lastIds = new Set(last.map(({ targetId }) => targetId));
  const isAnnounced = ({ ledger }) =>
    ledger.some(({ targetIds }) => targetIds.some((id) => lastIds.has(id)));
  await until(
    'the last stage is announced and the others are through',
    async () => {
      const { counters, stages } = await api.get(`/v1/actions/${actionId}`);
      const { pending, running } = counters;
      // A service that was away for too long announces nothing any more: then it is late, and still true.
      if (stages[2].openedAt !== null) return true;
      const isThrough = pending + running < lastIds.size && total > lastIds.size;
      return isThrough && isAnnounced(mail) && isAnnounced(hooks);
    },
    { withinMs: 120_000 },
  );
  killer.during('cancelling', { withinMs: 400 });
  const answer = await api.post(`/v1/actions/${actionId}/cancel`, { reason: 'rollback' });
  // Where everything has ended before, there is nothing to be called off, and no event to be found later.
  if (answer.status.startsWith('cancel')) api.note(answer, { type: 'ActionCancelled' });
  const { cancelledTargetIds, tooLate, notices } = answer;
  tell(
    `cancelled the rest: ${cancelledTargetIds.length} targets, ${tooLate.length} too late; notices: ` +
      `${notices.withdrawn} withdrawn, ${notices.inFlight} in flight, ${notices.told} to be called off`,
  );
}

async function seeItThrough({ api, executor, killer, tell }, actions) {
  const taken = executor.ledger.length;
  killer.during('applying', { withinMs: 800, when: () => executor.ledger.length > taken });
  for (const { actionId, type } of actions) {
    const status = await until(`${type} has ended`, () => endOf(api, actionId), {
      withinMs: 120_000,
    });
    tell(`${type} has ended: ${status}`);
  }
  await killer.done();
  for (const { actionId } of actions) await caughtUp(api, actionId);
  await until('every dispatch has ended', () => allSettled(api, actions), { withinMs: 90_000 });
  tell('every notice has ended');
}

async function endOf(api, actionId) {
  const { status } = await api.get(`/v1/actions/${actionId}`);
  return ['completed', 'failed', 'cancelled'].includes(status) ? status : null;
}

/** Statuses in which a dispatch still waits for something. */
export const OPEN_STATUSES = ['pending', 'sending', 'deferred'];

async function allSettled(api, actions) {
  const notices = await Promise.all(
    actions.map(({ actionId }) => api.all(`/v1/actions/${actionId}/notices`)),
  );
  return notices.flat().every(({ status }) => !OPEN_STATUSES.includes(status));
}
