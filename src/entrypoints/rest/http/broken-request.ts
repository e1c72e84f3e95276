import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { PROBLEMS } from '../problem/catalogue.js';
import type { ProblemCode } from '../problem/catalogue.js';
import { PROBLEM_MEDIA_TYPE } from '../problem/problem-body.js';

const CODE_BY_PARSER_ERROR: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/** Answers bytes that Node could not even read as HTTP, and closes the connection: nothing behind them is to be trusted. */
export function answerBrokenRequest(
  error: Error & { readonly code?: string },
  socket: Socket,
  errorsUrl: string,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.end(answerTo(error.code ?? '', errorsUrl));
  socket.destroySoon();
}

function answerTo(parserError: string, errorsUrl: string): string {
  const code = CODE_BY_PARSER_ERROR[parserError] ?? 'malformed';
  const { status, title } = PROBLEMS[code];
  const body = JSON.stringify({ type: `${errorsUrl}#${code}`, title, status, detail: title, code });
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? 'Error'}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
