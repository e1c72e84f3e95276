import { Injectable } from '@nestjs/common';
import { DataSource, MoreThan } from 'typeorm';

import type { Page } from '../../../application/ports/directory.port.js';
import { VersionTable } from '../../../application/ports/versions.port.js';
import type { RecordedVersion } from '../../../application/ports/versions.port.js';
import { storeCall } from './store-call.js';
import { VersionEntity } from './version.entity.js';

const APPLY = `
  insert into forewarn.catalogue_versions as row (version, disabled, stream_version)
  select distinct on (version) version, disabled, revision
  from jsonb_to_recordset($1::jsonb) as incoming (version text, disabled boolean, revision integer)
  order by version, revision desc
  on conflict (version) do update
    set disabled = excluded.disabled, stream_version = excluded.stream_version
    where row.stream_version < excluded.stream_version`;

/** The catalogue in `forewarn.catalogue_versions`. */
@Injectable()
export class PostgresVersionTable extends VersionTable {
  constructor(private readonly source: DataSource) {
    super();
  }

  override async find(version: string): Promise<RecordedVersion | null> {
    const row = await storeCall(() => this.rows().findOneBy({ version }));
    return row === null ? null : recordedOf(row);
  }

  override async apply(recorded: readonly RecordedVersion[]): Promise<void> {
    if (recorded.length === 0) return;
    await storeCall(() => this.source.query(APPLY, [JSON.stringify(recorded)]));
  }

  override async list({ after, limit }: Page): Promise<readonly RecordedVersion[]> {
    const where = after === null ? {} : { version: MoreThan(after) };
    const rows = await storeCall(() =>
      this.rows().find({ where, order: { version: 'ASC' }, take: limit }),
    );
    return rows.map(recordedOf);
  }

  private rows() {
    return this.source.getRepository(VersionEntity);
  }
}

const recordedOf = ({ version, disabled, streamVersion }: VersionEntity): RecordedVersion => ({
  version,
  disabled,
  revision: streamVersion,
});
