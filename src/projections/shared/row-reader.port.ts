import type { ReadModel } from './read-model.js';
import type { Value } from './row-change.js';

export const PAGE_LIMIT_MAX = 100;

/** A row as readers see it: with the flags beside it, and whether they are raised. */
export type Shown<Row, Flags> = Row & Flags & Raised<Flags>;

/** `readAt` is set when `isRead`. */
type Raised<Flags> = {
  readonly [
    Flag in keyof Flags & string as Flag extends `${infer Name}At` ? `is${Capitalize<Name>}` : never
  ]: boolean;
};

/** Narrows a list. All conditions must hold. */
export type Condition<Row> =
  | { readonly column: keyof Row & string; readonly is: Value }
  | { readonly column: keyof Row & string; readonly in: readonly Value[] }
  | { readonly column: keyof Row & string; readonly from: Value }
  | { readonly column: keyof Row & string; readonly before: Value }
  /** The value is in this column of a row of another read model that meets the conditions there. */
  | { readonly column: keyof Row & string; readonly among: Among };

export interface Among {
  readonly model: ReadModel;
  readonly column: string;
  readonly where: readonly Condition<Record<string, Value>>[];
}

export interface Order<Row> {
  readonly by: keyof Row & string;
  readonly direction: 'asc' | 'desc';
}

export interface RowQuery<Row> {
  readonly where: readonly Condition<Row>[];
  /** Columns without nulls. The key is added at the end, so that every row has its place. */
  readonly order: readonly Order<Row>[];
  /** 1 to `PAGE_LIMIT_MAX`. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | null;
}

export interface RowPage<Row> {
  readonly rows: readonly Row[];
  /** Opaque; null on the last page. */
  readonly next: string | null;
}

/** How long a span took over many rows, in milliseconds. Null where no row has both ends. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** Reads what read models show: the serving version, and only rows that are shown. */
export abstract class RowReader {
  abstract find<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    key: Partial<Row>,
  ): Promise<Shown<Row, Flags> | null>;

  /** @throws {InvalidCursor} when `after` is not of a page of the same list. */
  abstract page<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    query: RowQuery<Shown<Row, Flags>>,
  ): Promise<RowPage<Shown<Row, Flags>>>;

  abstract count<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    where: readonly Condition<Shown<Row, Flags>>[],
  ): Promise<number>;

  /** The time between two instants of the same row. */
  abstract spans<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    where: readonly Condition<Shown<Row, Flags>>[],
    span: { readonly from: keyof Row & string; readonly to: keyof Row & string },
  ): Promise<Percentiles>;

  /** All rows of one version in the order of their key, hidden ones and no flags: what a rebuild must bring back. */
  abstract scan<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
  ): AsyncIterable<Row>;
}

/** The cursor was not made for this list, or was tampered with. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}

/** The caller asked for no rows, or for more than a page may hold. */
export class InvalidLimit extends Error {
  override readonly name = 'InvalidLimit';
}
