import { delay } from '../../postgres/backoff.js';
import type { Postgres } from '../../postgres/postgres.js';

/** An appender that keeps a number of the log unsettled for too long: an alert, because all readers wait for it. */
export interface HeldHole {
  /** Readers stop below this position. */
  readonly below: bigint;
  readonly heldMs: number;
  readonly pid: number;
  readonly query: string;
}

export interface SettlementOptions {
  readonly warnAfterMs?: number;
  readonly onHeldHole?: (hole: HeldHole) => void;
}

interface Tag {
  readonly transaction: string;
  readonly pid: number;
}

const WARN_AFTER_MS = 5_000;
/** A reader waits so long for a hole; then it answers with what it has and comes again. */
const WAIT_MAX_MS = 1_000;
const POLL = { firstMs: 1, maxMs: 20 };

const TAGS = `
  select virtualtransaction as transaction, pid from pg_locks
  where locktype = 'advisory' and classid = 7 and objid = 1 and objsubid = 2
    and mode = 'ShareLock' and granted
    and database = (select oid from pg_database where datname = current_database())`;

/**
 * Knows up to where every number of the log is either visible or dead.
 *
 * A number is taken by an appender that already holds the tag (or, in the other mode, the counter row), and a commit is
 * visible before its locks go. So with the highest visible position as `top`, every number below it belongs to one who
 * has finished or to one who holds the tag now. Once those few are gone, no number up to `top` can still appear.
 * Appenders that come later do not matter, and time decides nothing.
 */
export class Settlement {
  private settled = 0n;
  private running: Promise<boolean> | null = null;
  /** Since when each transaction was seen in the way, and whether that was told. */
  private readonly seen = new Map<string, { readonly sinceMs: number; told: boolean }>();

  constructor(
    private readonly postgres: Postgres,
    private readonly options: SettlementOptions = {},
  ) {}

  /** Of the numbers up to here, those that a read begun now does not show are dead. */
  get upTo(): bigint {
    return this.settled;
  }

  /** Waits until the visible position is settled; false if a holder lived longer than a reader should wait. */
  async reach(position: bigint): Promise<boolean> {
    // A round that was under way may have looked before the position was visible; the next one cannot have.
    for (let round = 0; round < 2 && this.settled < position; round += 1) {
      this.running ??= this.settle().finally(() => {
        this.running = null;
      });
      if (!(await this.running)) {
        break;
      }
    }
    return this.settled >= position;
  }

  private async settle(): Promise<boolean> {
    const [found] = await this.postgres.query<{ top: string; tags: readonly Tag[] }>({
      name: 'settle',
      text: `select (select coalesce(max(position), 0) from forewarn.events)::text as top,
        (select coalesce(json_agg(t), '[]') from (${TAGS}) t) as tags`,
    });
    const top = BigInt(found?.top ?? 0);
    if (!(await this.outlive(found?.tags ?? [], top))) {
      return false;
    }
    this.settled = top > this.settled ? top : this.settled;
    this.seen.clear();
    return true;
  }

  private async outlive(tags: readonly Tag[], top: bigint): Promise<boolean> {
    const deadline = performance.now() + WAIT_MAX_MS;
    let living = tags;
    for (let pollMs = POLL.firstMs; living.length > 0; pollMs = Math.min(pollMs * 2, POLL.maxMs)) {
      await this.watch(living, top);
      if (performance.now() > deadline) {
        return false;
      }
      await delay(pollMs);
      const awaited = new Set(living.map(({ transaction }) => transaction));
      const now = await this.postgres.query<Tag & Record<string, unknown>>({
        name: 'tags',
        text: TAGS,
      });
      living = now.filter(({ transaction }) => awaited.has(transaction));
    }
    return true;
  }

  private async watch(living: readonly Tag[], below: bigint): Promise<void> {
    const now = performance.now();
    for (const { transaction, pid } of living) {
      const seen = this.seen.get(transaction) ?? { sinceMs: now, told: false };
      this.seen.set(transaction, seen);
      const heldMs = now - seen.sinceMs;
      if (!seen.told && heldMs > (this.options.warnAfterMs ?? WARN_AFTER_MS)) {
        seen.told = true;
        this.options.onHeldHole?.({ below, heldMs, pid, query: await this.queryOf(pid) });
      }
    }
  }

  private async queryOf(pid: number): Promise<string> {
    const [row] = await this.postgres.query<{ query: string }>({
      text: 'select query from pg_stat_activity where pid = $1',
      values: [pid],
    });
    return row?.query ?? '';
  }
}
