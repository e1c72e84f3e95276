import { Injectable } from '@nestjs/common';

import { ApplyDirectoryChanges } from '../../../application/directory/apply-directory-changes.js';
import type { DirectoryChange } from '../../../application/directory/directory.consumer.js';
import { ConsumerSink } from '../../../application/ports/consumer.port.js';
import type { ConsumerKey, Tenure } from '../../../application/ports/consumer.port.js';
import { acquireTenure, commitUnderTenure, releaseTenure } from '../../postgres/consumer-tenure.js';
import { Postgres } from '../../postgres/postgres.js';

/**
 * Where the directory's own events go. The changes are committed first and the position after them: each change
 * finds out by itself that it is done already, so doing some of them again, by whomever, does no harm.
 */
@Injectable()
export class PostgresDirectorySink extends ConsumerSink<DirectoryChange> {
  constructor(
    private readonly postgres: Postgres,
    private readonly apply: ApplyDirectoryChanges,
  ) {
    super();
  }

  override acquire(key: ConsumerKey, owner: string, leaseMs: number): Promise<Tenure | null> {
    return acquireTenure(this.postgres, key, owner, leaseMs);
  }

  override async commit(
    key: ConsumerKey,
    tenure: Tenure,
    {
      changes,
      position,
      leaseMs,
    }: {
      readonly changes: readonly DirectoryChange[];
      readonly position: bigint;
      readonly leaseMs: number;
    },
  ): Promise<'committed' | 'lost'> {
    await this.apply.execute(changes);
    const write = (): Promise<void> => Promise.resolve();
    return commitUnderTenure(this.postgres, key, tenure, { move: { position, leaseMs }, write });
  }

  override release(key: ConsumerKey, tenure: Tenure): Promise<void> {
    return releaseTenure(this.postgres, key, tenure);
  }
}
