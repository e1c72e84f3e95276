import fs from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { SETTINGS } from '../../src/infrastructure/config/settings.js';
import { METRICS } from '../../src/infrastructure/observability/metrics.js';
import { PAGES, proseOf, ROOT } from './pages.js';

const readRoot = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8');
const { scripts } = JSON.parse(readRoot('package.json')) as { scripts: Record<string, string> };

/** Scripts that npm knows by itself. */
const OF_NPM = ['ci'];

/** Names of others, which the sources do not have. */
const OF_OTHERS = ['pg_dump', 'node_modules', 'full_page_writes', 'wal_sync_method'];

const FILES = ['src', 'test', 'scripts', 'bench', 'examples', 'docs'].flatMap((folder) =>
  fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name)),
);

/** Every word of the sources: what a page calls by its name has to be one of them. */
const WORDS = new Set(
  [...FILES.filter((file) => /^(src|scripts|examples)\/.*\.(ts|mjs|js)$/.test(file)), '.ci/run']
    .map(readRoot)
    .flatMap((text) => text.match(/[\w$]+/g) ?? []),
);

interface Mention {
  readonly file: string;
  readonly name: string;
}

const mentions = (pattern: RegExp, textOf = (page: (typeof PAGES)[number]) => page.text) =>
  PAGES.flatMap((page) =>
    [...textOf(page).matchAll(pattern)].map(([all, name]): Mention => ({
      file: page.file,
      name: name ?? all,
    })),
  );

/** Words in code style within the text. */
const named = (pattern: RegExp): readonly Mention[] =>
  mentions(/`([^`\n]+)`/g, proseOf).filter(({ name }) => pattern.test(name));

const wrong = (found: readonly Mention[], isRight: (mention: Mention) => boolean) => {
  expect(found.length).toBeGreaterThan(0);
  return found.filter((mention) => !isRight(mention));
};

describe('what the pages refer to', () => {
  it('is a file or a heading that is there, where it is a link', () => {
    const links = mentions(/\]\(([^)\s]+)\)/g, proseOf).filter(
      ({ name }) => !/^https?:/.test(name),
    );
    const isThere = ({ file, name }: Mention): boolean => {
      const [target = '', heading] = name.split('#');
      const found = target === '' ? file : path.join(path.dirname(file), target);
      if (!fs.existsSync(path.join(ROOT, found))) return false;
      return heading === undefined || headingsOf(found).includes(heading);
    };
    expect(wrong(links, isThere)).toEqual([]);
  });

  it('is a key of the configuration, or of an example, where it starts with FOREWARN_', () => {
    const examples = FILES.filter((file) => /^examples\/.*\.js$/.test(file)).map(readRoot);
    const ofExamples = examples.join('\n').match(/\bFOREWARN_\w+/g) ?? [];
    const keys = [...Object.values(SETTINGS).map(({ env }) => env), ...ofExamples];
    const found = mentions(/\bFOREWARN_[A-Z_]*[A-Z](?![A-Z_…])/g);
    expect(wrong(found, ({ name }) => keys.includes(name))).toEqual([]);
  });

  it('is a metric, where it starts with forewarn_', () => {
    const found = mentions(/\bforewarn_[a-z_]+\b/g);
    expect(wrong(found, ({ name }) => Object.hasOwn(METRICS, name))).toEqual([]);
  });

  it('is a script of the package, where npm runs it', () => {
    const found = mentions(/\bnpm (?:run )?(?:--silent )?([a-z][a-z:]*)\b/g);
    const known = [...Object.keys(scripts), ...OF_NPM];
    expect(wrong(found, ({ name }) => known.includes(name))).toEqual([]);
  });

  it('is a file of the tree, where it looks like a path', () => {
    const paths = named(/^(src|test|docs|examples|scripts|bench|\.ci)\/[\w./-]+$/);
    const isThere = ({ name }: Mention): boolean => fs.existsSync(path.join(ROOT, name));
    expect(wrong(paths, isThere)).toEqual([]);
    const sources = named(/^[\w-]+(\.[\w-]+)*\.ts$/);
    const isSource = ({ name }: Mention): boolean =>
      FILES.some((file) => file.endsWith(`/${name}`));
    expect(wrong(sources, isSource)).toEqual([]);
  });

  it('is a name of the sources, where it is written like one: events, codes, fields, classes', () => {
    const found = named(/^([a-z]+(_[a-z]+)+|[a-z]+([A-Z][a-z]+)+|[A-Z][a-z]+([A-Z][a-z]+)+)$/);
    expect(wrong(found, ({ name }) => WORDS.has(name) || OF_OTHERS.includes(name))).toEqual([]);
  });

  it('is a decision record with a number of its own', () => {
    const records = FILES.filter((file) => file.startsWith('docs/adr/')).sort();
    const numbers = records.map((file) => Number(path.basename(file).slice(0, 4)));
    expect(numbers).toEqual(records.map((_, index) => index + 1));
    for (const [index, file] of records.entries()) {
      const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
      expect(text).toMatch(new RegExp(`^# ${String(index + 1)}\\. `));
    }
  });
});

/** Anchors as GitHub makes them. */
const headingsOf = (file: string): readonly string[] =>
  [...fs.readFileSync(path.join(ROOT, file), 'utf8').matchAll(/^#+ (.+)$/gm)].map(
    ([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
  );
