// The other end of Forewarn's `http` mail provider: a route of your own that sends mail.
// Take `mailRoute` over into your application and give it your own `send`.
import { Buffer } from 'node:buffer';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const BODY_BYTES_MAX = 1_000_000;
const AGE_SECONDS_MAX = 300;
const IDS_KEPT_MAX = 10_000;

/**
 * A request listener. `send(mail)` sends it, answers `{ declined: 'why' }` where the provider says no, or throws.
 * 200 sent · 400 bad body or wrong channel · 401 missing or wrong signature · 422 no address or declined · 502 threw
 */
export function mailRoute({ secret, send }) {
  if (typeof secret !== 'string' || secret.trim() === '')
    throw new TypeError('no secret: nobody could be told from anybody');
  const sentIds = new Set();
  return async (request, response) => {
    const answer = (status, text) =>
      response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
    const body = await bodyOf(request);
    if (body === null || !isSigned(request.headers, body, secret))
      return answer(401, 'unauthorized');
    const mail = mailIn(body);
    if (mail === null) return answer(400, 'bad body or wrong channel');
    if (mail.to.length === 0) return answer(422, 'no address');
    if (sentIds.has(mail.envelopeId)) return answer(200, 'sent before');
    try {
      const declined = (await send(mail))?.declined;
      if (declined !== undefined) return answer(422, 'declined');
    } catch {
      return answer(502, 'send threw');
    }
    // In memory here; keep the ids in your database, so that a restart does not forget them.
    if (sentIds.size >= IDS_KEPT_MAX) sentIds.delete(sentIds.values().next().value);
    sentIds.add(mail.envelopeId);
    return answer(200, 'sent');
  };
}

async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isSigned(headers, body, secret) {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures } = headers;
  if (!id || !at || !signatures) return false;
  if (!(Math.abs(Date.now() / 1_000 - Number(at)) <= AGE_SECONDS_MAX)) return false;
  const wanted = createHmac('sha256', secret).update(`${id}.${at}.${body}`).digest('base64');
  return signatures.split(' ').some((given) => isSame(given, `v1,${wanted}`));
}

/** Both sides are hashed under a key of the moment, so that neither length nor content shows in the time it takes. */
function isSame(given, wanted) {
  const key = randomBytes(32);
  const [a, b] = [given, wanted].map((text) => createHmac('sha256', key).update(text).digest());
  return timingSafeEqual(a, b);
}

function mailIn(body) {
  try {
    const mail = JSON.parse(body);
    const isMail =
      mail?.channel === 'email' && Array.isArray(mail.to) && typeof mail.envelopeId === 'string';
    return isMail && [mail.subject, mail.text].every((text) => typeof text === 'string')
      ? mail
      : null;
  } catch {
    return null;
  }
}

/** Run by itself it prints each mail as a line of JSON. An address at `declined.test` is declined, one at `throws.test` throws. */
function printMail(mail) {
  if (mail.to.some((address) => address.endsWith('@throws.test')))
    throw new TypeError('no mail today');
  if (mail.to.some((address) => address.endsWith('@declined.test'))) return { declined: 'blocked' };
  process.stdout.write(
    `${JSON.stringify({ sent: mail.envelopeId, to: mail.to, subject: mail.subject })}\n`,
  );
  return undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const route = mailRoute({ secret: process.env.MAIL_SECRET, send: printMail });
  const server = createServer((request, response) => {
    route(request, response).catch(() => response.destroy());
  });
  server.listen(Number(process.env.PORT ?? 4030), '127.0.0.1', () => {
    process.stdout.write(`${JSON.stringify({ listening: server.address().port })}\n`);
  });
}
