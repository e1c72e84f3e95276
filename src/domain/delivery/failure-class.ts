/**
 * Why an attempt did not succeed, and whether another one can help. One table for every way out of the
 * process, so that a class means the same on each channel; `permanent` ends the dispatch at once.
 */
export const FAILURES = {
  /** Nobody listens there. */
  refused: { permanent: false },
  /** The name did not resolve, or no route leads there. */
  unreachable: { permanent: false },
  /** The secure channel could not be set up. */
  tls: { permanent: false },
  timeout: { permanent: false },
  /** The connection broke off. */
  reset: { permanent: false },
  /** We broke off ourselves, to stop in time. */
  aborted: { permanent: false },
  /** What came back is not the protocol. */
  bad_answer: { permanent: false },
  /** A redirect is a failure and never followed; the receiver may put its address right. */
  redirect: { permanent: false },
  rate_limited: { permanent: false },
  server_error: { permanent: false },
  /** A status without a meaning of its own here, 408 or 425 for instance. */
  rejected: { permanent: false },
  smtp_transient: { permanent: false },
  bad_request: { permanent: true },
  unauthorized: { permanent: true },
  forbidden: { permanent: true },
  not_found: { permanent: true },
  /** The receiver wants nothing any more: the endpoint is disabled, the subscription deleted. */
  gone: { permanent: true },
  too_large: { permanent: true },
  unprocessable: { permanent: true },
  smtp_permanent: { permanent: true },
  /** The recipient has no address on this channel. */
  no_address: { permanent: true },
  /** The egress guard forbids the address. */
  egress_refused: { permanent: true },
  /** The address, key or secret that the directory holds cannot be used. */
  bad_address: { permanent: true },
} as const satisfies Readonly<Record<string, { readonly permanent: boolean }>>;

export type FailureClass = keyof typeof FAILURES;

export const isPermanent = (failureClass: FailureClass): boolean =>
  FAILURES[failureClass].permanent;

const BY_STATUS: ReadonlyMap<number, FailureClass> = new Map([
  [400, 'bad_request'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [410, 'gone'],
  [413, 'too_large'],
  [422, 'unprocessable'],
  [429, 'rate_limited'],
]);

export const isSuccessStatus = (status: number): boolean => status >= 200 && status < 300;

/** Class of an HTTP answer that is not 2xx. */
export const classOfStatus = (status: number): FailureClass => {
  const known = BY_STATUS.get(status);
  if (known !== undefined) return known;
  if (status >= 500) return 'server_error';
  return status >= 300 && status < 400 ? 'redirect' : 'rejected';
};

/** Class of an SMTP reply that refuses: 4yz asks for another try, 5yz forbids it. */
export const classOfSmtpReply = (code: number): FailureClass =>
  code >= 500 && code < 600 ? 'smtp_permanent' : 'smtp_transient';
