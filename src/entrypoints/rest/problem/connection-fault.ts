/** Socket errors by which Node tells that the database is not there. */
const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * SQLSTATEs that a second try may not meet: connection exceptions, too many connections or other lack of resources,
 * the operator stopping or starting the server, and a lost race that the caller gave up on.
 */
const PASSING_SQLSTATE = /^(?:08...|53...|57P0[1-5]|40001|40P01|55P03|25P03)$/;

/** Messages of the `pg` package for faults that carry no code. */
const CODELESS = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Cannot use a pool after calling end on the pool',
];

/** Whether the database or the way to it failed, as opposed to the statement. Looks through wrapping errors. */
export function isConnectionFault(thrown: unknown, depth = 0): boolean {
  if (!(thrown instanceof Error) || depth > 5) return false;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  if (SOCKET_CODES.has(code) || PASSING_SQLSTATE.test(code)) return true;
  if (CODELESS.some((start) => thrown.message.startsWith(start))) return true;
  const inner = 'driverError' in thrown ? thrown.driverError : thrown.cause;
  return isConnectionFault(inner, depth + 1);
}
