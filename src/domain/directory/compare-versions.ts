/**
 * Orders version names as people read them. Follows Semantic Versioning where a name does: a leading `v` and build
 * metadata (`+…`) do not count, missing numbers are zero (2.4 = 2.4.0), a pre-release comes before its release. Other
 * names compare part by part, numbers by value and before words.
 */
export const compareVersions = (one: string, other: string): number => {
  const [a, b] = [partsOf(one), partsOf(other)];
  return compareLists(a.core, b.core, '0') || comparePreRelease(a.preRelease, b.preRelease);
};

interface Parts {
  readonly core: readonly string[];
  readonly preRelease: readonly string[] | null;
}

const partsOf = (version: string): Parts => {
  const [bare = ''] = version.replace(/^v(?=\d)/i, '').split('+', 1);
  const dash = bare.indexOf('-');
  if (dash < 0) return { core: bare.split('.'), preRelease: null };
  return { core: bare.slice(0, dash).split('.'), preRelease: bare.slice(dash + 1).split('.') };
};

const comparePreRelease = (
  one: readonly string[] | null,
  other: readonly string[] | null,
): number => {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return compareLists(one, other, null);
};

/** `filler` stands in for parts that only the other list has; with null the shorter list comes first. */
const compareLists = (
  one: readonly string[],
  other: readonly string[],
  filler: string | null,
): number => {
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const [a, b] = [one[at] ?? filler, other[at] ?? filler];
    const order = a === null || b === null ? one.length - other.length : compareParts(a, b);
    if (order !== 0) return order;
  }
  return 0;
};

const compareParts = (one: string, other: string): number => {
  const [a, b] = [isNumber(one), isNumber(other)];
  if (a && b) return compareNumbers(one, other);
  if (a !== b) return a ? -1 : 1;
  return compareTexts(one, other);
};

const isNumber = (part: string): boolean => /^\d+$/.test(part);

/** By digits, since a build number may be longer than a number can be exact. */
const compareNumbers = (one: string, other: string): number => {
  const [a, b] = [one.replace(/^0+(?=\d)/, ''), other.replace(/^0+(?=\d)/, '')];
  return a.length - b.length || compareTexts(a, b);
};

const compareTexts = (one: string, other: string): number => {
  if (one === other) return 0;
  return one < other ? -1 : 1;
};
