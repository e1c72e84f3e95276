import type { Figure } from './figure.js';
import type { Machine } from './machine.js';

export interface BenchReport {
  readonly bench: string;
  readonly about: string;
  /** Load average of the machine before and after. */
  readonly load: readonly [number, number];
  readonly figures: readonly Figure[];
}

export interface RunReport {
  readonly at: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly benches: readonly BenchReport[];
  readonly memoryMb: { readonly rss: number; readonly heapUsed: number };
}

export function machineText({ cpu, cores, node, postgres, settings }: Machine): string {
  const shown = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return `${cpu}, ${String(cores)} cores; Node ${node}; PostgreSQL ${postgres}, ${shown.join(', ')}`;
}

export function benchText({ bench, about, load, figures }: BenchReport): string {
  const rows = figures.map(cellsOf);
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join('  ');
  const title = `${bench}: ${about} (load ${String(load[0])} → ${String(load[1])})`;
  return [title, ...[HEAD, ...rows].map((cells) => `  ${line(cells).trimEnd()}`)].join('\n');
}

const HEAD = ['figure', 'median', 'min–max', 'unit', 'bar', 'verdict'];
const NUMERIC = [1, 2];

const cellsOf = ({ name, median, min, max, unit, bar, verdict }: Figure): readonly string[] => [
  name,
  median.toLocaleString('en'),
  `${min.toLocaleString('en')}–${max.toLocaleString('en')}`,
  unit,
  bar === null ? '' : `${bar.is === 'at least' ? '≥' : '≤'} ${bar.value.toLocaleString('en')}`,
  verdict ?? '',
];

const pad = (cell: string, width: number, column: number): string =>
  NUMERIC.includes(column) ? cell.padStart(width) : cell.padEnd(width);
