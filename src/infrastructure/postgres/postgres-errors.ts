import { types } from 'node:util';

import { StoreUnavailable } from '../../application/ports/event-store.port.js';

/** Connection classes, lack of resources, shutdown and start-up, and a primary that became a standby. */
const UNAVAILABLE_STATE = /^(08|53|57P|25006)/;
/** Lock timeout, deadlock, serialization failure, cancelled statement: rolled back for sure, worth another try. */
const CONTENDED_STATE = /^(55P03|40P01|40001|57014)$/;
const NETWORK_CODE =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)$/;
/** The driver gives its own failures no code. */
const DRIVER_MESSAGE =
  /^(Connection terminated|Client was closed|Client has encountered a connection error|Query read timeout|timeout exceeded when trying to connect|timeout expired|Cannot use a pool after)/;

/** The server is away, or broke off: whether the statement took effect is unknown. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof StoreUnavailable || DRIVER_MESSAGE.test(messageOf(error))) {
    return true;
  }
  const code = codeOf(error);
  return code !== null && (UNAVAILABLE_STATE.test(code) || NETWORK_CODE.test(code));
}

/** The statement lost against others and was rolled back; the same statement may be sent again. */
export function isContended(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && CONTENDED_STATE.test(code);
}

/** Another transaction recorded the same unique value first. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** The same error, or `StoreUnavailable` around it where the server was away. */
export function asStoreError(error: unknown): unknown {
  if (!isUnavailable(error) || error instanceof StoreUnavailable) {
    return error;
  }
  return new StoreUnavailable(`the database cannot be reached: ${messageOf(error)}`, {
    cause: error,
  });
}

function messageOf(error: unknown): string {
  // Not by `instanceof`: errors of sockets may come from another realm than this module.
  return types.isNativeError(error) ? error.message : '';
}

/** SQLSTATE of the server, or the code of the operating system. */
function codeOf(error: unknown): string | null {
  const code: unknown = types.isNativeError(error) && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}
