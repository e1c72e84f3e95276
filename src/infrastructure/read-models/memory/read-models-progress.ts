import type { ProgressSignal } from '../../../projections/projector/progress-signal.js';
import type { ReadModel } from '../../../projections/shared/read-model.js';
import { ProgressWaiters } from '../progress-waiters.js';
import type { MemoryReadModels } from './memory.read-models.js';

export const memoryReadModelsProgress = (
  tables: MemoryReadModels,
  models: readonly ReadModel[],
  signal: ProgressSignal,
): ProgressWaiters =>
  new ProgressWaiters(() => {
    const positions = models.map((model) => tables.position(model));
    return Promise.resolve(positions.reduce((least, next) => (next < least ? next : least)));
  }, signal);
