const LABELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info ',
  40: 'WARN ',
  50: 'ERROR',
  60: 'FATAL',
};

interface Entry {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly context?: string;
  readonly err?: { readonly stack?: string };
}

/** Turns one JSON line of the log into a line for people: time, level, place, message, the rest as `key=value`. */
export function toPrettyLine(json: string): string {
  const { level, time, msg, context, err, ...rest } = JSON.parse(json) as Entry;
  const clock = new Date(time).toISOString().slice(11, 23);
  const place = context === undefined ? '' : ` [${context}]`;
  const fields = Object.entries(rest).map(([key, value]) => ` ${key}=${show(value)}`);
  const stack = err?.stack === undefined ? '' : `\n${err.stack}`;
  const label = LABELS[level] ?? String(level);
  return `${clock} ${label}${place} ${msg ?? ''}${fields.join('')}${stack}\n`;
}

function show(value: unknown): string {
  return typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value);
}
