import { randomUUID } from 'node:crypto';
import http from 'node:http';

import { percentiles } from './percentiles.js';

export interface HttpLoad {
  readonly url: string;
  readonly token: string;
  readonly connections: number;
  readonly spanMs: number;
  readonly firstTarget: number;
}

export interface HttpLoadResult {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly nextTarget: number;
  /** What the first answer said that was not 201, or null. */
  readonly failure: string | null;
}

const DAY_MS = 86_400_000;
const CREATED = 201;

/** Schedules targets one by one, over so many connections, until the time is over. */
async function load(request: HttpLoad): Promise<HttpLoadResult> {
  const { connections, spanMs, firstTarget } = request;
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const runAt = new Date(Date.now() + DAY_MS).toISOString();
  const latencies: number[] = [];
  let failure: string | null = null;
  let target = firstTarget;
  const startedAt = performance.now();
  const call = async (): Promise<void> => {
    while (performance.now() - startedAt < spanMs && failure === null) {
      const sentAt = performance.now();
      const ids = [`t-${String(target)}`];
      target += 1;
      const body = JSON.stringify({ type: 'restart', targets: { ids }, runAt, notify: false });
      const { status, text } = await post(request, agent, body);
      if (status !== CREATED) failure ??= `${String(status)} ${text}`;
      latencies.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, call));
  const seconds = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  return {
    perSecond: latencies.length / seconds,
    p99Ms: percentiles(latencies).p99,
    nextTarget: target,
    failure,
  };
}

function post(
  { url, token }: HttpLoad,
  agent: http.Agent,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'idempotency-key': randomUUID(),
  };
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

process.on('message', (request: HttpLoad) => {
  void load(request)
    .catch((fault: unknown) => ({
      ...{ perSecond: 0, p99Ms: 0, nextTarget: request.firstTarget },
      failure: String(fault),
    }))
    .then((result) => process.send?.(result));
});
