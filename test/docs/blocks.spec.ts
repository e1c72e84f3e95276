import fs from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { loadConfig } from '../../src/infrastructure/config/load-config.js';
import { blocksOf, PAGES, ROOT } from './pages.js';

/**
 * How each kind of block is kept true. A block of any other kind fails the test.
 * - `sh run`: run against a service; `json answer` or `text answer` behind it is what it prints
 * - `sh`: settings, or a program with its settings: checked against the configuration and the program
 * - `sh ci`, or `sh` with one of the texts below: run elsewhere
 * - `sh stopped`: run in the working directory of a service that does not run
 * - `json webhook-body`, `json executor-order`: compared with what leaves the process (`wire.spec.ts`)
 * - `mermaid`: a picture
 */
const KINDS = [
  'sh run',
  'sh',
  'sh ci',
  'sh stopped',
  'json answer',
  'text answer',
  'json webhook-body',
  'json executor-order',
  'mermaid',
];

/** Blocks that a test cannot run from the inside, and where they are run instead. */
const BY_CI: Readonly<Record<string, string>> = {
  'npm ci && npm start':
    'replaces node_modules; .ci/run installs, test/main.spec.ts starts the service',
  'npm ci && npm test': 'is the run that this test is part of',
  'npm test': 'is the run that this test is part of',
  'npm test -- test/domain': 'is a part of that run',
  'npm run demo': 'takes minutes; test/crash/demo-kill.spec.ts runs it',
};

const SETTING_BLOCKS = blocksOf('sh', '').filter(({ text }) => !(text.trim() in BY_CI));

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr';

const readRoot = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8');
const { scripts } = JSON.parse(readRoot('package.json')) as { scripts: Record<string, string> };

describe('the blocks of the pages', () => {
  it('are all of a kind that is kept true', () => {
    const strange = PAGES.flatMap(({ blocks }) => blocks).filter(
      ({ language, marker }) => !KINDS.includes(`${language} ${marker}`.trim()),
    );
    expect(strange.map(({ place }) => place)).toEqual([]);
  });

  it('that only CI runs are the listed ones, and CI runs their parts', () => {
    const texts = blocksOf('sh', 'ci').map(({ text }) => text.trim());
    expect([...new Set(texts)].sort()).toEqual(Object.keys(BY_CI).sort());
    const proofs = Object.values(BY_CI).flatMap((why) => why.match(/[\w./-]+\.spec\.ts/g) ?? []);
    expect(proofs.filter((file) => !fs.existsSync(path.join(ROOT, file)))).toEqual([]);
    const gate = readRoot('.ci/run');
    expect(gate).toContain('npm ci');
    expect(gate).toContain('npm test');
    for (const [, script = ''] of texts.join('\n').matchAll(/npm (?:run )?(start|test|demo)/g)) {
      expect(Object.keys(scripts)).toContain(script);
    }
  });

  it.each(SETTING_BLOCKS)(
    'that set something are settings that the service or the program takes: $place',
    ({ text }) => {
      expect(text.trim().split('\n').flatMap(problemsOf)).toEqual([]);
    },
  );
});

/** `A=1 B=2 node file` → its settings and the file; the file is null for settings alone. */
function settingsOf(line: string): readonly [Record<string, string>, string | null] {
  const settings: Record<string, string> = {};
  let rest = line.trim();
  for (;;) {
    const match = /^([A-Z_]+)=('[^']*'|\S*)\s*/.exec(rest);
    if (match === null) break;
    const [all, key = '', value = ''] = match;
    settings[key] = value.replaceAll("'", '').replace(/^whsec_…$/, SECRET);
    rest = rest.slice(all.length);
  }
  const program = /^node (\S+)$/.exec(rest)?.[1] ?? null;
  if (rest !== '' && program === null) throw new TypeError(`not a line of settings: ${line}`);
  return [settings, program];
}

/** What the configuration, or the program, would not take. */
function problemsOf(line: string): readonly string[] {
  const [settings, program] = settingsOf(line);
  const keys = Object.keys(settings);
  if (program === null) return isVariableOfThePages(keys) ? [] : refusalOf(settings);
  const source = readRoot(program);
  return keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(source));
}

function refusalOf(settings: Readonly<Record<string, string>>): readonly string[] {
  try {
    loadConfig(settings);
    return [];
  } catch (error) {
    return [String(error)];
  }
}

/** The variables that all commands use. */
const isVariableOfThePages = (keys: readonly string[]): boolean =>
  ['BASE', 'TOKEN'].includes(keys.join());
