import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { SelectQueryBuilder } from 'typeorm';

import type {
  Page,
  TargetFacts,
  TargetFilter,
  TargetQuery,
} from '../../../application/ports/directory.port.js';
import { TargetTable } from '../../../application/ports/target-table.port.js';
import type { RecordedTarget, TargetRow } from '../../../application/ports/target-table.port.js';
import { compareVersions } from '../../../domain/directory/compare-versions.js';
import { storeCall } from './store-call.js';
import { TargetEntity } from './target.entity.js';

const FIELDS = `"targetId" text, name text, type text, "ownerId" text, labels jsonb, lifecycle text, version text,
  pin text, revision integer, "rowRevision" integer`;

/** In the order of ids, so that two imports of the same targets wait for each other instead of for ever. */
const INCOMING = `
  insert into forewarn.directory_targets as row
    (target_id, name, type, owner_id, labels, lifecycle, version, pin, stream_version, revision)
  select "targetId", name, type, "ownerId", labels, lifecycle, version, pin, revision, "rowRevision" + 1
  from jsonb_to_recordset($1::jsonb) as incoming (${FIELDS})
  order by "targetId" collate "C"`;

const FACTS = `owner_id = excluded.owner_id, lifecycle = excluded.lifecycle, version = excluded.version,
    pin = excluded.pin, stream_version = excluded.stream_version, updated_at = clock_timestamp()`;

/** The one who read the row last writes it; whoever read it before that finds another revision. */
const WRITE = `${INCOMING}
  on conflict (target_id) do update
    set name = excluded.name, type = excluded.type, labels = excluded.labels, revision = excluded.revision, ${FACTS}
    where row.revision = excluded.revision - 1 and row.stream_version <= excluded.stream_version
  returning target_id as "targetId"`;

const APPLY = `${INCOMING}
  on conflict (target_id) do update set revision = row.revision + 1, ${FACTS}
    where row.stream_version < excluded.stream_version`;

const FIND = `
  select target_id as "targetId", name, type, owner_id as "ownerId", labels, lifecycle, version, pin,
    stream_version as revision, revision as "rowRevision"
  from forewarn.directory_targets where target_id = any($1)`;

const VERSIONS = `
  select distinct version from forewarn.directory_targets where version is not null`;

/** Targets in `forewarn.directory_targets`. Many rows are one statement; TypeORM would make it one for each. */
@Injectable()
export class PostgresTargetTable extends TargetTable {
  constructor(private readonly source: DataSource) {
    super();
  }

  override async findMany(targetIds: readonly string[]): Promise<ReadonlyMap<string, TargetRow>> {
    if (targetIds.length === 0) return new Map();
    const rows = await storeCall(() => this.source.query<TargetRow[]>(FIND, [targetIds]));
    return new Map(rows.map((row) => [row.targetId, row]));
  }

  override async write(rows: readonly TargetRow[]): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return new Set();
    const parameters = [JSON.stringify(rows)];
    const written = await storeCall(() =>
      this.source.query<{ readonly targetId: string }[]>(WRITE, parameters),
    );
    return new Set(written.map(({ targetId }) => targetId));
  }

  /** One statement may touch a row once only, so of several changes of a target the newest goes. */
  override async apply(recorded: readonly RecordedTarget[]): Promise<void> {
    if (recorded.length === 0) return;
    const inOrder = recorded.toSorted((one, other) => one.revision - other.revision);
    const newest = new Map(inOrder.map((each) => [each.target.targetId, each]));
    const rows = [...newest.values()].map(({ target, revision }) => ({
      ...target,
      revision,
      rowRevision: 0,
    }));
    await storeCall(() => this.source.query(APPLY, [JSON.stringify(rows)]));
  }

  override async select(query: TargetQuery, limit: number): Promise<readonly TargetFacts[]> {
    const { versionBelow, labels, type } = query;
    const rows = this.filtered({ labels, type, lifecycle: 'active' }).limit(limit);
    if (versionBelow !== undefined) {
      rows.andWhere('target.version = any(:below)', {
        below: await this.versionsBelow(versionBelow),
      });
    }
    return (await storeCall(() => rows.getMany())).map(factsOf);
  }

  override async list(
    filter: TargetFilter,
    { after, limit }: Page,
  ): Promise<readonly TargetFacts[]> {
    const rows = this.filtered(filter).limit(limit);
    if (after !== null) rows.andWhere('target.targetId > :after', { after });
    return (await storeCall(() => rows.getMany())).map(factsOf);
  }

  private filtered({ labels, ...equal }: TargetFilter): SelectQueryBuilder<TargetEntity> {
    const rows = this.source
      .getRepository(TargetEntity)
      .createQueryBuilder('target')
      .orderBy('target.targetId');
    for (const [field, value] of Object.entries(equal)) {
      if (value !== undefined) rows.andWhere(`target.${field} = :${field}`, { [field]: value });
    }
    if (labels === undefined) return rows;
    return rows.andWhere('target.labels @> :labels', { labels: JSON.stringify(labels) });
  }

  /** A fleet runs few versions, and only the program knows their order. */
  private async versionsBelow(bound: string): Promise<readonly string[]> {
    const rows = await storeCall(() => this.source.query<{ readonly version: string }[]>(VERSIONS));
    return rows.map(({ version }) => version).filter((each) => compareVersions(each, bound) < 0);
  }
}

function factsOf(entity: TargetEntity): TargetFacts {
  const { targetId, name, type, ownerId, labels, lifecycle, version, pin, streamVersion } = entity;
  const target = { targetId, name, type, ownerId, labels, lifecycle, version, pin };
  return { ...target, revision: streamVersion };
}
