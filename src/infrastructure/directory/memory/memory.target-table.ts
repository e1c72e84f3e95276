import type {
  Page,
  TargetFacts,
  TargetFilter,
  TargetQuery,
} from '../../../application/ports/directory.port.js';
import { TargetTable } from '../../../application/ports/target-table.port.js';
import type { RecordedTarget, TargetRow } from '../../../application/ports/target-table.port.js';
import { compareVersions } from '../../../domain/directory/compare-versions.js';
import { withRecorded } from '../../../domain/directory/target.js';
import { inIdOrder } from './in-id-order.js';

/** Targets in a map. */
export class MemoryTargetTable extends TargetTable {
  private readonly rows = new Map<string, TargetRow>();

  override findMany(targetIds: readonly string[]): Promise<ReadonlyMap<string, TargetRow>> {
    const found = targetIds.flatMap((id) => this.rows.get(id) ?? []);
    return Promise.resolve(new Map(found.map((row) => [row.targetId, row])));
  }

  override write(rows: readonly TargetRow[]): Promise<ReadonlySet<string>> {
    const fresh = rows.filter((row) => this.rowRevisionOf(row.targetId) === row.rowRevision);
    for (const row of fresh) {
      this.rows.set(row.targetId, { ...row, rowRevision: row.rowRevision + 1 });
    }
    return Promise.resolve(new Set(fresh.map(({ targetId }) => targetId)));
  }

  override apply(recorded: readonly RecordedTarget[]): Promise<void> {
    for (const { target, revision } of recorded) {
      const row = this.rows.get(target.targetId);
      if (row !== undefined && row.revision >= revision) continue;
      const { targetId } = target;
      const facts = row === undefined ? target : withRecorded(row, { ...target, at: '' });
      const rowRevision = this.rowRevisionOf(targetId) + 1;
      this.rows.set(targetId, { ...facts, revision, rowRevision });
    }
    return Promise.resolve();
  }

  override async select(query: TargetQuery, limit: number): Promise<readonly TargetFacts[]> {
    const { versionBelow, labels, type } = query;
    const page = { after: null, limit: Infinity };
    const active = await this.list({ labels, type, lifecycle: 'active' }, page);
    const isBelow = ({ version }: TargetFacts): boolean =>
      versionBelow === undefined ||
      (version !== null && compareVersions(version, versionBelow) < 0);
    return active.filter(isBelow).slice(0, limit);
  }

  override list(filter: TargetFilter, page: Page): Promise<readonly TargetFacts[]> {
    const matching = [...this.rows.values()].filter((row) => matches(row, filter));
    const rows = inIdOrder(matching, ({ targetId }) => targetId, page);
    return Promise.resolve(rows);
  }

  private rowRevisionOf(targetId: string): number {
    return this.rows.get(targetId)?.rowRevision ?? 0;
  }
}

const matches = (row: TargetRow, { labels = {}, ...equal }: TargetFilter): boolean =>
  Object.entries(equal).every(
    ([field, value]) => value === undefined || row[field as keyof typeof equal] === value,
  ) && Object.entries(labels).every(([key, value]) => row.labels[key] === value);
