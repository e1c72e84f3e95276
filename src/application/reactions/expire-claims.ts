import { Injectable } from '@nestjs/common';

import { actionDecider } from '../../domain/action/action.decider.js';
import { toInstant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { Leases } from '../ports/leases.port.js';
import { dutyContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { groupBy } from '../shared/group-by.js';

const LEASES_PER_SWEEP_MAX = 200;
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

  /** Answers how many claims were recorded as expired. */
  async runOnce(): Promise<number> {
    const expired = await this.leases.takeExpired(LEASES_PER_SWEEP_MAX, RETRY_MS);
    const byStream = groupBy(expired, ({ streamId }) => streamId);
    let recorded = 0;
    for (const [streamId, claims] of byStream) {
      const answer = await this.runner.run(
        actionDecider,
        streamId,
        { type: 'ExpireClaims', claims, now: toInstant(this.clock.now()) },
        dutyContext('leases'),
      );
      // Appended or not, the log says by now that these claims are over.
      await this.leases.close(claims);
      if (answer.ok) recorded += answer.events.filter(isClaimExpired).length;
    }
    return recorded;
  }
}

const isClaimExpired = ({ type }: { readonly type: string }): boolean => type === 'ClaimExpired';
