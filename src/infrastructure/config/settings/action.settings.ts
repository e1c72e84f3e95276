import { integer, keyOf, oneOf, url } from '../kinds.js';
import { optional, setting } from '../setting.js';

/** Scheduling, claiming and applying. */
export const actionSettings = {
  minLeadSeconds: setting({
    env: 'FOREWARN_MIN_LEAD_SECONDS',
    kind: integer(0, 604_800),
    fallback: 60,
    doc: 'Seconds that must lie between a request and the time that it schedules.',
  }),
  targetsPerActionMax: setting({
    env: 'FOREWARN_TARGETS_PER_ACTION_MAX',
    kind: integer(1, 100_000),
    fallback: 10_000,
    doc: 'The most targets that one action may have.',
  }),
  executorKind: setting({
    env: 'FOREWARN_EXECUTOR_KIND',
    kind: oneOf('simulator', 'http'),
    fallback: 'simulator',
    doc: 'Who applies actions. `simulator` changes nothing and reports success; `http` calls `FOREWARN_EXECUTOR_URL`.',
  }),
  executorUrl: optional({
    env: 'FOREWARN_EXECUTOR_URL',
    kind: url('http', 'https'),
    unset: 'no executor is called',
    doc: 'Where the `http` executor sends its signed requests.',
  }),
  executorSecret: optional({
    env: 'FOREWARN_EXECUTOR_SECRET',
    kind: keyOf({ min: 24, max: 64 }, 'whsec_'),
    secret: true,
    unset: 'no executor is called',
    doc: 'Key that signs requests to the `http` executor, in the form of Standard Webhooks.',
  }),
  executorTimeoutSeconds: setting({
    env: 'FOREWARN_EXECUTOR_TIMEOUT_SECONDS',
    kind: integer(1, 3_600),
    fallback: 30,
    doc: 'Seconds that one call of the executor may take.',
  }),
  executorConcurrency: setting({
    env: 'FOREWARN_EXECUTOR_CONCURRENCY',
    kind: integer(1, 1_000),
    fallback: 16,
    doc: 'Targets that one process applies at the same time.',
  }),
  claimLeaseSeconds: setting({
    env: 'FOREWARN_CLAIM_LEASE_SECONDS',
    kind: integer(5, 86_400),
    fallback: 60,
    doc: 'Seconds after which a claim without a heartbeat is taken from its holder.',
  }),
  claimAttemptsMax: setting({
    env: 'FOREWARN_CLAIM_ATTEMPTS_MAX',
    kind: integer(1, 100),
    fallback: 3,
    doc: 'Claims of one target after which it counts as failed.',
  }),
  confirmTimeoutSeconds: setting({
    env: 'FOREWARN_CONFIRM_TIMEOUT_SECONDS',
    kind: integer(1, 604_800),
    fallback: 600,
    doc: 'Seconds that an executor which answered `accepted` has to confirm.',
  }),
};
