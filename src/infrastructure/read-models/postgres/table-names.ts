import type { ColumnType, ReadModel } from '../../../projections/shared/read-model.js';

export const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'text collate "C"',
  uuid: 'uuid',
  integer: 'bigint',
  position: 'bigint',
  boolean: 'boolean',
  instant: 'timestamptz',
  json: 'jsonb',
};

/** `scheduledAt` is the column `scheduled_at`. */
export const snakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The table that one version of a read model fills. */
export const tableOf = ({ name, version }: Pick<ReadModel, 'name' | 'version'>): string =>
  `forewarn.${name}_v${String(version)}`;

/** The view that queries read: the serving version, its shown rows, and the flags beside them. */
export const viewOf = ({ name }: Pick<ReadModel, 'name'>): string => `forewarn.${name}`;
