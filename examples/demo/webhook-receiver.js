import { once } from 'node:events';
import { createServer } from 'node:http';

import { Webhook } from 'standardwebhooks';

/**
 * A webhook receiver as its users should write theirs: it verifies, and takes each `webhook-id` once. `ledger` holds
 * what was taken, `repeats` what came again. Its first `faults` calls are answered 503 and not taken.
 */
export async function startWebhookReceiver({ faults = 1, port = 0 } = {}) {
  const secrets = new Map();
  const taken = new Map();
  const [ledger, repeats, turnedAway, forged] = [[], [], [], []];

  const take = (path, headers, body) => {
    const secret = secrets.get(path);
    if (secret === undefined) return 404;
    let event;
    try {
      event = new Webhook(secret).verify(body, headers);
    } catch (error) {
      forged.push({ path, reason: error.message });
      return 401;
    }
    const message = messageOf(headers['webhook-id'], event);
    if (turnedAway.length < faults) {
      turnedAway.push(message.id);
      return 503;
    }
    const first = taken.get(message.id);
    if (first === undefined) ledger.push(message);
    else repeats.push({ first, again: message });
    taken.set(message.id, first ?? message);
    return 204;
  };

  const server = createServer(async (request, response) => {
    try {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      response.writeHead(take(request.url, request.headers, body)).end();
    } catch {
      // The caller was killed in the middle of its call.
      response.destroy();
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    ledger,
    repeats,
    turnedAway,
    forged,
    url: `http://127.0.0.1:${server.address().port}`,
    /** What the service showed when this path was registered. */
    trust: (path, secret) => secrets.set(path, secret),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function messageOf(id, event) {
  const { type, subject, data } = event;
  const { members, ...rest } = data;
  return {
    channel: 'webhook',
    at: Date.now(),
    id,
    kind: data.kind,
    recipientId: data.recipientId,
    targetIds: members.map(({ targetId }) => targetId),
    attemptedAt: event.timestamp,
    expiresAt: event.expirytime ?? null,
    // Each attempt is stamped with its own time; this is what it says.
    meaning: JSON.stringify({ type, subject, rest }),
    members: new Map(members.map((member) => [member.targetId, JSON.stringify(member)])),
  };
}
