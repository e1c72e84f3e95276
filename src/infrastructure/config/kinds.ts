import { isIP } from 'node:net';

/** How the text of an environment variable becomes a value. */
export interface Kind<Value> {
  /** Completes the sentence "expected …". */
  readonly expected: string;
  /** Undefined where the text is not of this kind. */
  readonly parse: (text: string) => Value | undefined;
}

export function integer(min: number, max: number): Kind<number> {
  return {
    expected: `a whole number from ${String(min)} to ${String(max)}`,
    parse: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
      return value >= min && value <= max ? value : undefined;
    },
  };
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): Kind<Choice> {
  return {
    expected: `one of ${choices.join(', ')}`,
    parse: (text) => choices.find((choice) => choice === text),
  };
}

/** At least one of the choices; the answer keeps their order and holds each once. */
export function someOf<const Choice extends string>(
  ...choices: readonly Choice[]
): Kind<readonly Choice[]> {
  return {
    expected: `some of ${choices.join(', ')}, separated by commas`,
    parse: (text) => {
      const wanted = listOf(text);
      const known = choices.filter((choice) => wanted.includes(choice));
      return known.length > 0 && known.length === new Set(wanted).size ? known : undefined;
    },
  };
}

export function matching(pattern: RegExp, expected: string): Kind<string> {
  return { expected, parse: (text) => (pattern.test(text) ? text : undefined) };
}

export function url(...schemes: readonly string[]): Kind<string> {
  return {
    expected: `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    parse: (text) =>
      schemes.some((scheme) => text.startsWith(`${scheme}://`)) && URL.canParse(text)
        ? text
        : undefined,
  };
}

/** Key material in base64 or base64url, of so many bytes, behind a fixed prefix. */
export function keyOf(
  bytes: { readonly min: number; readonly max: number },
  prefix = '',
): Kind<string> {
  const size =
    bytes.min === bytes.max ? String(bytes.min) : `${String(bytes.min)} to ${String(bytes.max)}`;
  return {
    expected: `${prefix === '' ? '' : `"${prefix}" and `}${size} bytes in base64`,
    parse: (text) => {
      const encoded = text.startsWith(prefix) ? text.slice(prefix.length) : '';
      if (!/^[\w+/-]+={0,2}$/.test(encoded)) return undefined;
      const { length } = Buffer.from(encoded, 'base64');
      return length >= bytes.min && length <= bytes.max ? text : undefined;
    },
  };
}

/** Host names, addresses and networks in CIDR notation. */
export const networks: Kind<readonly string[]> = {
  expected: 'host names, addresses or networks such as 10.0.0.0/8, separated by commas',
  parse: (text) => {
    const entries = listOf(text);
    return entries.every(isNetwork) ? entries : undefined;
  },
};

function isNetwork(entry: string): boolean {
  const [host = '', bits, ...more] = entry.split('/');
  const family = isIP(host);
  if (bits === undefined) return family !== 0 || HOST_NAME.test(host);
  const most = family === 4 ? 32 : 128;
  return more.length === 0 && family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

const HOST_NAME = /^(?!-)[a-z\d-]{1,63}(?<!-)(\.(?!-)[a-z\d-]{1,63}(?<!-))*$/i;

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
