import { Injectable } from '@nestjs/common';

import { actionDecider } from '../../domain/action/action.decider.js';
import { toInstant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { Leases } from '../ports/leases.port.js';
import type { Lease } from '../ports/leases.port.js';
import { dutyContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { groupBy } from '../shared/group-by.js';

const LEASES_PER_ROUND_MAX = 200;
/** A process that died with its hands full is cleaned up after in one sweep. */
const ROUNDS_MAX = 50;
/** A lease whose expiry could not be recorded comes up again after this time. */
const RETRY_MS = 5_000;

/** Takes back claims whose holders fell silent (C2). */
@Injectable()
export class ExpireClaims {
  constructor(
    private readonly runner: CommandRunner,
    private readonly leases: Leases,
    private readonly clock: Clock,
  ) {}

  /** Answers how many claims were recorded as expired. A stream that cannot be written to stops no other. */
  async runOnce(): Promise<number> {
    const faults: unknown[] = [];
    let recorded = 0;
    for (let round = 1; round <= ROUNDS_MAX; round += 1) {
      const expired = await this.leases.takeExpired(LEASES_PER_ROUND_MAX, RETRY_MS);
      for (const [streamId, claims] of groupBy(expired, (lease) => lease.streamId)) {
        await this.expire(streamId, claims).then(
          (count) => (recorded += count),
          (fault: unknown) => faults.push(fault),
        );
      }
      if (expired.length < LEASES_PER_ROUND_MAX) break;
    }
    if (faults.length > 0) throw new ClaimsNotExpired(faults);
    return recorded;
  }

  private async expire(streamId: string, claims: readonly Lease[]): Promise<number> {
    const answer = await this.runner.run(
      actionDecider,
      streamId,
      { type: 'ExpireClaims', claims, now: toInstant(this.clock.now()) },
      dutyContext('leases'),
    );
    // Appended or not, the log says by now that these claims are over.
    await this.leases.close(claims);
    return answer.ok ? answer.events.filter(isClaimExpired).length : 0;
  }
}

/** Some streams could not be written to; their leases come up again. */
export class ClaimsNotExpired extends AggregateError {
  override readonly name = 'ClaimsNotExpired';

  constructor(faults: readonly unknown[]) {
    super(faults, `${String(faults.length)} streams could not record expired claims`);
  }
}

const isClaimExpired = ({ type }: { readonly type: string }): boolean => type === 'ClaimExpired';
