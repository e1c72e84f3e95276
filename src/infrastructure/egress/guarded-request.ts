import { request as plainRequest } from 'node:http';
import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  RequestOptions,
} from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIPv6 } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';

import type { EgressGuard, EgressRefusal } from './egress-guard.js';

export interface OutgoingRequest {
  readonly guard: EgressGuard;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** For all of it: name, connection, request and answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** So much of the answer's body is read; behind it the socket is destroyed. */
  readonly answerBytesMax: number;
}

/** Why an exchange broke off. */
export type BreakCause =
  'refused' | 'unreachable' | 'tls' | 'timeout' | 'reset' | 'aborted' | 'bad_answer';

/**
 * - `forbidden`: the guard forbids the address; nothing was sent.
 * - `not_sent`: it broke off before the connection stood, so that provably no byte of the request left.
 * - `broken`: it broke off later; the receiver may have acted on the request.
 * - `answered`: a status came. `whole` says whether all of the body did, `cut` that we stopped at our limit.
 */
export type Exchange =
  | { readonly kind: 'forbidden'; readonly reason: EgressRefusal }
  | { readonly kind: 'not_sent'; readonly cause: BreakCause }
  | { readonly kind: 'broken'; readonly cause: BreakCause }
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
      readonly whole: boolean;
      readonly cut: boolean;
    };

const ANSWER_HEADER_BYTES_MAX = 16_384;

/**
 * One POST over a connection of its own to an address that the guard has admitted: no proxy, no redirect, no
 * second attempt. Never throws for what the other side does; ends in time with its socket destroyed.
 */
export const guardedRequest = async (outgoing: OutgoingRequest): Promise<Exchange> => {
  const stop = stopSignal(outgoing);
  try {
    const verdict = await Promise.race([outgoing.guard.checkUrl(outgoing.url), stop.asked]);
    if (typeof verdict === 'string') return { kind: 'not_sent', cause: verdict };
    if (verdict.kind === 'refused') return { kind: 'forbidden', reason: verdict.reason };
    if (verdict.kind === 'unresolved') return { kind: 'not_sent', cause: 'unreachable' };
    return await exchange(outgoing, verdict.url, verdict.addresses, stop);
  } finally {
    stop.clear();
  }
};

interface Stop {
  /** Resolves, with why, when the time is over or the caller gives up. */
  readonly asked: Promise<'timeout' | 'aborted'>;
  readonly clear: () => void;
}

const stopSignal = ({ timeoutMs, signal }: OutgoingRequest): Stop => {
  let ask: (cause: 'timeout' | 'aborted') => void = () => undefined;
  const asked = new Promise<'timeout' | 'aborted'>((resolve) => (ask = resolve));
  const onAbort = (): void => {
    ask('aborted');
  };
  const timer = setTimeout(() => {
    ask('timeout');
  }, timeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    asked,
    clear: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
};

const exchange = (
  outgoing: OutgoingRequest,
  url: URL,
  addresses: readonly string[],
  stop: Stop,
): Promise<Exchange> =>
  new Promise((resolve) => {
    const request = open(outgoing, url, addresses);
    let connected = false;
    let answering = false;
    let settled = false;
    const settle = (result: Exchange): void => {
      if (settled) return;
      settled = true;
      request.destroy();
      resolve(result);
    };
    const broke = (cause: BreakCause): void => {
      settle({ kind: connected ? 'broken' : 'not_sent', cause });
    };
    request.on('socket', (socket: Socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        connected = true;
      });
    });
    // The listener outlives the exchange: a destroyed request may still report an error.
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (!answering) broke(causeOf(error, connected));
    });
    request.on('close', () => {
      if (!answering) broke('reset');
    });
    request.on('response', (answer) => {
      answering = true;
      void readAnswer(answer, outgoing.answerBytesMax, stop).then(settle);
    });
    void stop.asked.then((cause) => {
      // A status that has come stands: `readAnswer` hears of the stop as well and answers with it.
      if (!answering) broke(cause);
    });
    request.end(outgoing.body);
  });

const open = (outgoing: OutgoingRequest, url: URL, addresses: readonly string[]): ClientRequest => {
  const options: RequestOptions = {
    method: 'POST',
    headers: {
      ...outgoing.headers,
      'content-length': String(Buffer.byteLength(outgoing.body)),
    },
    // A connection of its own: on a reused one nobody could tell whether a request left before it broke.
    agent: false,
    lookup: lookupOf(addresses),
    maxHeaderSize: ANSWER_HEADER_BYTES_MAX,
  };
  return url.protocol === 'https:' ? tlsRequest(url, options) : plainRequest(url, options);
};

/** Resolves every name to the addresses that were judged, and to nothing else. */
const lookupOf =
  (addresses: readonly string[]): LookupFunction =>
  (_hostname, options, callback) => {
    const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    const [first] = found;
    if (options.all === true) callback(null, found);
    else callback(null, first?.address ?? '', first?.family);
  };

/** Reads at most `bytesMax` of the body; the status counts whether or not the body ends well. */
const readAnswer = async (
  answer: IncomingMessage,
  bytesMax: number,
  stop: Stop,
): Promise<Exchange> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const ended = new Promise<boolean>((resolve) => {
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, Math.max(0, bytesMax - bytes)));
      bytes += chunk.length;
      if (bytes > bytesMax) resolve(false);
    });
    answer.on('end', () => {
      resolve(true);
    });
    answer.on('error', () => {
      resolve(false);
    });
    answer.on('close', () => {
      resolve(false);
    });
  });
  const whole = await Promise.race([ended, stop.asked.then(() => false)]);
  answer.destroy();
  return {
    kind: 'answered',
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: Buffer.concat(chunks),
    whole,
    cut: bytes > bytesMax,
  };
};

const CAUSES: Readonly<Record<string, BreakCause>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timeout',
};

const causeOf = (error: NodeJS.ErrnoException, connected: boolean): BreakCause => {
  const code = error.code ?? firstCodeIn(error);
  const known = CAUSES[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return 'bad_answer';
  const isHandshake = !connected && (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL'));
  return isHandshake || TLS_CODE.test(code) ? 'tls' : 'reset';
};

const TLS_CODE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|EPROTO/;

/** Several addresses that all failed are reported together, under the error of the first. */
const firstCodeIn = (error: NodeJS.ErrnoException): string => {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : null;
  return inner instanceof Error && 'code' in inner && typeof inner.code === 'string'
    ? inner.code
    : '';
};
