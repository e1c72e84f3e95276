/** Writes examples/fleet.jsonl, the same bytes every time: a fleet with every kind of entry that a demo should meet. */
import { writeFileSync } from 'node:fs';

const OWNERS = 120;
const TARGETS = 500;
const PLACES = [
  ['Europe/Berlin', 'de-DE'],
  ['Europe/London', 'en-GB'],
  ['America/New_York', 'en-US'],
  ['America/Sao_Paulo', 'pt-BR'],
  ['Asia/Tokyo', 'ja-JP'],
  ['Asia/Kolkata', 'en-IN'],
  ['Australia/Sydney', 'en-AU'],
  ['Africa/Nairobi', 'sw-KE'],
];
const TYPES = ['instance', 'workspace', 'tenant'];
const TEAMS = ['atlas', 'borealis', 'cirrus', 'delta', 'ember'];
const REGIONS = ['eu-1', 'us-1', 'ap-1'];
const VERSIONS = ['2.3.0', '2.4.0'];

const numbered = (prefix, number, digits) => `${prefix}-${String(number).padStart(digits, '0')}`;

/** Every `every`-th number, starting at `first`. */
const isNth = (number, every, first) => number % every === first % every;

const versions = [
  { kind: 'version', version: '2.2.0', disabled: true },
  ...VERSIONS.map((version) => ({ kind: 'version', version })),
];

const recipient = (number) => {
  const recipientId = numbered('owner', number, 3);
  const [zone, locale] = PLACES[number % PLACES.length];
  const mails = [`${recipientId}@example.test`, `${recipientId}.oncall@example.test`];
  const emails = isNth(number, 15, 7) ? [] : mails.slice(0, isNth(number, 6, 0) ? 2 : 1);
  const displayName = `Owner ${String(number)}`;
  return { kind: 'recipient', recipientId, displayName, zone, locale, emails };
};

/** Some targets have no owner, some one of whom the directory knows nothing. */
const ownerOf = (number) => {
  if (isNth(number, 40, 13)) return null;
  if (isNth(number, 50, 21)) return numbered('unknown', number, 3);
  return numbered('owner', (number * 7) % OWNERS, 3);
};

const target = (number) => {
  const type = TYPES[number % TYPES.length];
  const version = isNth(number, 5, 0) ? VERSIONS[1] : VERSIONS[0];
  return {
    kind: 'target',
    targetId: numbered(type, number, 4),
    name: `${type} ${String(number)}`,
    type,
    ownerId: ownerOf(number),
    labels: {
      team: TEAMS[number % TEAMS.length],
      region: REGIONS[(number >> 2) % REGIONS.length],
      stage: isNth(number, 4, 1) ? 'test' : 'prod',
    },
    lifecycle: isNth(number, 25, 4) ? 'destroyed' : 'active',
    version,
    pin: isNth(number, 20, 9) ? version : null,
  };
};

const lines = [
  ...versions,
  ...Array.from({ length: OWNERS }, (_, number) => recipient(number)),
  ...Array.from({ length: TARGETS }, (_, number) => target(number)),
].map((entry) => `${JSON.stringify(entry)}\n`);

writeFileSync(new URL('../examples/fleet.jsonl', import.meta.url), lines.join(''));
