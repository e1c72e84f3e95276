import type { ProgressSignal } from '../../../projections/projector/progress-signal.js';
import type { ReadModel } from '../../../projections/shared/read-model.js';
import type { Postgres } from '../../postgres/postgres.js';
import { ProgressWaiters } from '../progress-waiters.js';

/** Progress of the versions that the views serve, every shard of them. */
export function postgresReadModelsProgress(
  postgres: Postgres,
  models: readonly ReadModel[],
  signal: ProgressSignal,
): ProgressWaiters {
  const names = models.map(({ name }) => name);
  return new ProgressWaiters(async () => {
    const [row] = await postgres.query<{ position: string | null }>({
      name: 'read-models-progress',
      text: PROGRESS,
      values: [names],
    });
    return BigInt(row?.position ?? 0);
  }, signal);
}

const PROGRESS = `
select min(coalesce(c.position, 0)) as position
from unnest($1::text[]) n(name)
left join forewarn.read_models r on r.name = n.name
left join forewarn.consumers c on c.name = r.name and c.version = r.serving_version`;
