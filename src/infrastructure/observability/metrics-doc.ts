import { METRICS, PROCESS_METRICS } from './metrics.js';
import type { MetricSpec } from './metrics.js';

const HEAD = `# Metrics

\`GET /metrics\` answers in the Prometheus text format to a token of role \`viewer\`. Names carry their unit; labels have
few values and never hold ids. Names stay as they are; new ones are added.
`;

const PROCESS = `Of the process itself, as every Node.js program shows it (\`process_*\` and \`nodejs_*\`), the ones to look at:
`;

const COLUMNS = ['metric', 'type', 'labels', 'what it means', 'when to alert'];

/** The text of `docs/metrics.md`. */
export function metricsDoc(): string {
  const own = Object.entries<MetricSpec>(METRICS).map(([name, spec]) => rowOf(name, spec));
  const process = Object.entries(PROCESS_METRICS).map(([name, text]) => [`\`${name}\``, text]);
  const processColumns = ['metric', 'what it means, and when to alert'];
  return [HEAD, table([COLUMNS, ...own]), PROCESS, table([processColumns, ...process])].join('\n');
}

const rowOf = (name: string, { type, labels, meaning, alert }: MetricSpec): readonly string[] => [
  `\`${name}\``,
  type,
  labels.map((label) => `\`${label}\``).join(', '),
  meaning,
  alert,
];

/** A Markdown table whose columns line up, as the formatter wants them. */
function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) =>
    Math.max(3, ...[head, ...rows].map((row) => row[at]?.length ?? 0)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  const lines = [head, rule, ...rows].map((row) => {
    const cells = row.map((cell, at) => cell.padEnd(widths[at] ?? 0));
    return `| ${cells.join(' | ')} |\n`;
  });
  return lines.join('');
}
