import { Readable } from 'node:stream';

import SMTPConnection from 'nodemailer/lib/smtp-connection';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (port 465). */
  readonly secure: boolean;
  /** Refuse to go on without STARTTLS. */
  readonly requireTls: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | null;
  /** Name that we greet the server with. */
  readonly clientName: string;
}

export interface SmtpAttempt {
  readonly server: SmtpServer;
  readonly from: string;
  readonly to: readonly string[];
  readonly message: Buffer;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * - `taken`: the server's final answer was yes, for `refused` of the addresses it was no before that.
 * - `refused`: its answer was no, with this reply; it has not taken the message.
 * - `broken`: no final answer. `dotWritten` says whether the end of the message may have left us: before that
 *   no server may deliver it, behind it nobody knows.
 */
export type SmtpOutcome =
  | { readonly kind: 'taken'; readonly refused: number }
  | { readonly kind: 'refused'; readonly reply: string; readonly replyCode: number }
  | { readonly kind: 'broken'; readonly cause: SmtpBreak; readonly dotWritten: boolean };

export type SmtpBreak =
  | 'refused'
  | 'unreachable'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'aborted'
  | 'bad_answer'
  | 'bad_address'
  | 'too_large';

const CHUNK_BYTES = 16_384;
const REPLY_BYTES_MAX = 16_384;

/** One message over a connection of its own, so that every reply is known to be about this message. */
export const smtpAttempt = (attempt: SmtpAttempt): Promise<SmtpOutcome> =>
  new Promise((resolve) => {
    const connection = connectionTo(attempt);
    let dotWritten = false;
    let settled = false;
    const settle = (outcome: SmtpOutcome): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      attempt.signal.removeEventListener('abort', onAbort);
      // Good manners where the conversation stands; nobody waits for the answer.
      if (outcome.kind !== 'broken') connection.quit();
      connection.close();
      resolve(outcome);
    };
    const onError = (error: SmtpError): void => {
      settle(outcomeOf(error, dotWritten));
    };
    const onAbort = (): void => {
      settle({ kind: 'broken', cause: 'aborted', dotWritten });
    };
    const timer = setTimeout(() => {
      settle({ kind: 'broken', cause: 'timeout', dotWritten });
    }, attempt.timeoutMs);
    const body = bodyOf(attempt.message, () => (dotWritten = true));
    // The listener outlives the attempt: a closed connection may still report an error.
    connection.on('error', onError);
    attempt.signal.addEventListener('abort', onAbort, { once: true });
    if (attempt.signal.aborted) {
      onAbort();
      return;
    }
    converse(connection, attempt, body).then(settle, onError);
  });

interface SmtpError extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

const connectionTo = ({ server, timeoutMs }: SmtpAttempt): SMTPConnection =>
  new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: server.requireTls,
    name: server.clientName,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Closing destroys the socket: nothing lingers behind the answer.
    socketCloseTimeout: 0,
    maxResponseSize: REPLY_BYTES_MAX,
  });

const converse = async (
  connection: SMTPConnection,
  { server, from, to, message }: SmtpAttempt,
  body: Readable,
): Promise<SmtpOutcome> => {
  await step((done) => {
    connection.connect(done);
  });
  const { auth } = server;
  if (auth !== null) {
    await step((done) => {
      connection.login({ credentials: auth }, done);
    });
  }
  return new Promise((resolve, reject) => {
    connection.send({ from, to: [...to], size: message.length }, body, (error, info) => {
      if (error) reject(error);
      else resolve({ kind: 'taken', refused: info.rejected.length });
    });
  });
};

const step = (run: (done: (error?: Error | null) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    run((error) => {
      if (error) reject(error);
      else resolve();
    });
  });

/**
 * The message as a source that is read only once the server has said that it wants it. Its end makes the
 * client write the terminating dot, so `onEnd` is called just before any byte of that dot can leave.
 */
const bodyOf = (message: Buffer, onEnd: () => void): Readable => {
  let offset = 0;
  return new Readable({
    highWaterMark: CHUNK_BYTES,
    read() {
      if (offset >= message.length) {
        onEnd();
        this.push(null);
        return;
      }
      const chunk = message.subarray(offset, offset + CHUNK_BYTES);
      offset += chunk.length;
      this.push(chunk);
    },
  });
};

/** A reply counts as the server's answer only where it was a whole one, to the command that we were at. */
const outcomeOf = (error: SmtpError, dotWritten: boolean): SmtpOutcome => {
  const replyCode = error.responseCode ?? 0;
  const isAnswer = error.command !== 'CONN' || replyCode === SERVICE_CLOSING;
  if (isAnswer && replyCode >= 400 && replyCode < 600) {
    return { kind: 'refused', reply: error.response ?? '', replyCode };
  }
  return { kind: 'broken', cause: causeOf(error), dotWritten };
};

const SERVICE_CLOSING = 421;

const CAUSES: Readonly<Record<string, SmtpBreak>> = {
  ECONNREFUSED: 'refused',
  EDNS: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
  ETLS: 'tls',
  EPROTOCOL: 'bad_answer',
  EENVELOPE: 'bad_address',
};

const causeOf = ({ code = '', originalCode = '', command }: SmtpError): SmtpBreak => {
  if (code === 'EMESSAGE') return command === 'MAIL FROM' ? 'too_large' : 'bad_answer';
  return CAUSES[originalCode] ?? CAUSES[code] ?? 'reset';
};
