/** What the service says of itself at the end, read through its public API. */
export async function gather(api, fleet, actions) {
  const recipients = new Set(fleet.recipients.map(({ recipientId }) => recipientId));
  return {
    actions: await inTurn(actions, (action) => historyOf(api, action)),
    inbox: (await inTurn([...recipients], (id) => inboxOf(api, id))).flat(),
    targetCount: (await api.all('/v1/targets')).length,
  };
}

async function historyOf(api, action) {
  const path = `/v1/actions/${action.actionId}`;
  const events = await caughtUp(api, action.actionId);
  return {
    ...action,
    events,
    now: await api.get(path),
    targets: await api.all(`${path}/targets`),
    notices: await api.all(`${path}/notices`),
    lateness: await api.get(`${path}/lateness`),
  };
}

/** Waits until the read models have seen the action's last event, and answers all of them. */
export async function caughtUp(api, actionId) {
  const events = await api.all(`/v1/actions/${actionId}/events`);
  const { position } = events.at(-1);
  await api.get(`/v1/actions/${actionId}/notices?limit=1&atLeast=${position}`);
  return events;
}

/** Messages as the recipient finds them, in the shape of the other ledgers. */
async function inboxOf(api, recipientId) {
  const rows = await api.all(`/v1/recipients/${recipientId}/inbox`);
  return rows.map(({ dispatchId, kind, targetId, actionId, sentAt }) => ({
    channel: 'inbox',
    at: Date.parse(sentAt),
    id: dispatchId,
    kind,
    recipientId,
    actionId,
    targetIds: [targetId],
  }));
}

async function inTurn(items, work) {
  const results = [];
  for (const item of items) results.push(await work(item));
  return results;
}
