import { Inject, Injectable } from '@nestjs/common';

import { HEALTH_CHECKS } from '../../../application/ports/health-check.port.js';
import type { HealthCheck } from '../../../application/ports/health-check.port.js';

/** A check that takes longer counts as unhealthy. */
export const HEALTH_CHECK_TIMEOUT_MS = 2_000;

export interface CheckResult {
  readonly name: string;
  readonly healthy: boolean;
  readonly reason?: string;
}

/** Asks all health checks at once. */
@Injectable()
export class Readiness {
  constructor(@Inject(HEALTH_CHECKS) private readonly checks: readonly HealthCheck[]) {}

  results(): Promise<readonly CheckResult[]> {
    return Promise.all(this.checks.map((check) => resultOf(check)));
  }
}

async function resultOf(check: HealthCheck): Promise<CheckResult> {
  const { name } = check;
  const timeout = timeoutResult(name);
  try {
    return await Promise.race([run(check), timeout.result]);
  } catch {
    // What was thrown may name hosts or users; the check itself logs what an operator needs.
    return { name, healthy: false, reason: 'the check failed' };
  } finally {
    timeout.cancel();
  }
}

const run = async (check: HealthCheck): Promise<CheckResult> => ({
  name: check.name,
  ...(await check.check()),
});

function timeoutResult(name: string): { result: Promise<CheckResult>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const result = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(() => {
      resolve({ name, healthy: false, reason: 'the check took too long' });
    }, HEALTH_CHECK_TIMEOUT_MS);
  });
  return {
    result,
    cancel: () => {
      clearTimeout(timer);
    },
  };
}
