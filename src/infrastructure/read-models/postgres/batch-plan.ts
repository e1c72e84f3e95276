import type { RowData } from '../../../projections/shared/row-change.js';

/**
 * What a batch comes to, in the order in which it is written: first what concerns rows by their values, then single
 * rows by key, each key at most once.
 */
export interface BatchPlan {
  readonly wheres: readonly WhereGroup[];
  readonly removes: readonly RowData[];
  readonly inserts: readonly RowData[];
  readonly ensures: readonly RowData[];
  readonly updates: readonly UpdateGroup[];
}

/** Changes of rows by their values that touch different rows, so that one statement can do them all. */
export interface WhereGroup {
  readonly kind: 'patchWhere' | 'removeWhere';
  readonly match: readonly string[];
  readonly set: readonly string[];
  readonly entries: readonly { readonly match: RowData; readonly set: RowData }[];
}

/** Updates of rows by key that write the same columns. */
export interface UpdateGroup {
  readonly set: readonly string[];
  readonly add: readonly string[];
  readonly entries: readonly {
    readonly key: RowData;
    readonly set: RowData;
    readonly add: RowData;
  }[];
}
