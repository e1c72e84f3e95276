/** What stands in for everything that must not be read in a log. */
export const REDACTED = '[redacted]';

const DEPTH_MAX = 6;
const ENTRIES_MAX = 100;

/** Names of fields whose values never reach a log, whatever they hold. */
const SECRET_NAMES =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key)$|secret|password|passwd|token|credential|privatekey|signature|address|email|phone/i;

/** Secrets and personal data inside of running text. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b([a-z][a-z\d+.-]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`],
  [/\b(bearer|basic)\s+[\w+/.~=-]{6,}/gi, `$1 ${REDACTED}`],
  [/\bwhsec_[\w+/=-]+/g, REDACTED],
  [/[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(\.[\w-]+)+/g, REDACTED],
];

/** A copy of the value that is fit for a log: without secrets and addresses, and of bounded size. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEPTH_MAX) return '[deeper]';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return value;
  if (Array.isArray(value)) {
    return value.slice(0, ENTRIES_MAX).map((item) => redact(item, depth + 1));
  }
  return redactFields(value, depth);
}

export function redactText(text: string): string {
  return PATTERNS.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), text);
}

/** The fields of an error say more than its message: `code`, `detail`, the cause. */
function redactError(error: Error, depth: number): unknown {
  const { name, message, stack, cause } = error;
  return {
    ...redactFields(error, depth),
    name,
    message: redactText(message),
    stack: stack === undefined ? undefined : redactText(stack),
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
  };
}

function redactFields(value: object, depth: number): Record<string, unknown> {
  const fields = Object.entries(value).slice(0, ENTRIES_MAX);
  const clean = fields.map(([name, field]) => [name, redactField(name, field, depth)] as const);
  return Object.fromEntries(clean);
}

function redactField(name: string, field: unknown, depth: number): unknown {
  const absent = field === undefined || field === null;
  return SECRET_NAMES.test(name) && !absent ? REDACTED : redact(field, depth + 1);
}
