import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const RETRY_MS = 200;
const CALL_MS = 20_000;
const PAGE = 100;

export class ApiRefused extends Error {
  constructor(call, status, problem) {
    super(`${call} → ${status} ${problem?.code ?? ''} ${problem?.detail ?? ''}`);
    this.name = 'ApiRefused';
    this.status = status;
    this.problem = problem;
  }
}

/**
 * The public API as a careful client calls it: a write keeps one `Idempotency-Key` and is repeated until it is
 * answered, whatever happens to the service meanwhile. `acknowledged` holds what was answered with success.
 */
export class Api {
  acknowledged = [];
  repeated = 0;
  #base;
  #token;

  constructor(base, token) {
    this.#base = base;
    this.#token = token;
  }

  /** Notes what an answer has promised: the event that the log must hold from then on. */
  note({ actionId, position }, promise) {
    this.acknowledged.push({ ...promise, actionId, position });
  }

  post(path, body) {
    const headers = { 'content-type': 'application/json', 'idempotency-key': `"${randomUUID()}"` };
    return this.#answered('POST', path, { headers, body: JSON.stringify(body ?? {}) });
  }

  get(path) {
    return this.#answered('GET', path, {});
  }

  /** Every item of a list, page by page. */
  async all(path) {
    const items = [];
    let cursor = null;
    do {
      const url = new URL(path, this.#base);
      url.searchParams.set('limit', String(PAGE));
      if (cursor !== null) url.searchParams.set('cursor', cursor);
      const page = await this.get(url.pathname + url.search);
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  }

  /** Lines of JSON in, the last line of the answer out. */
  async importLines(path, lines) {
    const headers = { 'content-type': 'application/x-ndjson' };
    const text = await this.#answered('POST', path, { headers, body: lines });
    return JSON.parse(text.trimEnd().split('\n').at(-1));
  }

  async remove(path) {
    await this.#answered('DELETE', path, {});
  }

  async #answered(method, path, { headers = {}, body }) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.#attempt(method, path, headers, body);
      if (!isPassing(answer)) return valueOf(`${method} ${path}`, answer);
      if (Date.now() > deadline)
        throw new ApiRefused(`${method} ${path}`, answer.status, answer.body);
      this.repeated += 1;
      await pause(RETRY_MS);
    }
  }

  async #attempt(method, path, headers, body) {
    try {
      const response = await globalThis.fetch(new URL(path, this.#base), {
        method,
        headers: { authorization: `Bearer ${this.#token}`, ...headers },
        body,
        signal: globalThis.AbortSignal.timeout(CALL_MS),
      });
      const text = await response.text();
      const isJson =
        /json/.test(response.headers.get('content-type') ?? '') &&
        !/ndjson/.test(response.headers.get('content-type'));
      return { status: response.status, body: isJson ? JSON.parse(text) : text };
    } catch (error) {
      // Nobody there, or gone in the middle: nothing was answered, so nothing is known.
      return { status: 0, body: { code: 'no_answer', detail: error.cause?.code ?? error.message } };
    }
  }
}

/** Answers that say nothing about the command itself. */
const isPassing = ({ status, body }) =>
  status === 0 || status === 503 || (status === 409 && body?.code === 'idempotency_in_progress');

function valueOf(call, { status, body }) {
  if (status >= 200 && status < 300) return body;
  throw new ApiRefused(call, status, body);
}
