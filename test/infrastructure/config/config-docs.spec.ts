import fs from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import {
  renderConfigurationPage,
  renderEnvExample,
} from '../../../src/infrastructure/config/config-docs.js';
import { loadConfig } from '../../../src/infrastructure/config/load-config.js';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

describe('the documentation of the configuration', () => {
  it('is the one that `npm run docs:config` makes', () => {
    expect(read('docs/configuration.md')).toBe(renderConfigurationPage());
    expect(read('.env.example')).toBe(renderEnvExample());
  });

  it('shows examples that mean the defaults', () => {
    const inForce = renderEnvExample().replaceAll(/^# (?=[A-Z_]+=)/gm, '');
    expect(loadConfig(parseEnv(inForce))).toEqual(loadConfig({}));
  });
});
