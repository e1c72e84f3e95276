/** What stands for "whatever is here": inside a text, as the last item of a list, as the name of a member. */
const REST = '…';

const KINDS = [
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  /^\d+$/,
];

/**
 * Where an answer differs from the one that is shown. Ids, instants and positions may have other values of their kind;
 * everything else must be the same.
 */
export function differences(shown: unknown, found: unknown, at = '$'): readonly string[] {
  if (typeof shown === 'string' && typeof found === 'string') {
    return isAlike(shown, found) ? [] : [`${at}: shown ${shown}, found ${found}`];
  }
  if (Array.isArray(shown) && Array.isArray(found)) return listDifferences(shown, found, at);
  if (isObject(shown) && isObject(found)) return memberDifferences(shown, found, at);
  return Object.is(shown, found)
    ? []
    : [`${at}: shown ${JSON.stringify(shown)}, found ${JSON.stringify(found)}`];
}

function isAlike(shown: string, found: string): boolean {
  if (shown === found || KINDS.some((kind) => kind.test(shown) && kind.test(found))) return true;
  const parts = shown.split(REST).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(found);
}

function listDifferences(
  shown: readonly unknown[],
  found: readonly unknown[],
  at: string,
): readonly string[] {
  const isShortened = shown.at(-1) === REST;
  const items = isShortened ? shown.slice(0, -1) : shown;
  const fits = isShortened ? found.length > items.length : found.length === items.length;
  if (!fits) {
    return [`${at}: shown ${String(items.length)} items, found ${String(found.length)}`];
  }
  return items.flatMap((item, index) => differences(item, found[index], `${at}[${String(index)}]`));
}

function memberDifferences(
  shown: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
  at: string,
): readonly string[] {
  const names = Object.keys(shown).filter((name) => name !== REST);
  const unshown = REST in shown ? [] : Object.keys(found).filter((name) => !names.includes(name));
  return [
    ...unshown.map((name) => `${at}.${name}: not shown`),
    ...names.flatMap((name) => differences(shown[name], found[name], `${at}.${name}`)),
  ];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
