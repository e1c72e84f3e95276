import fs from 'node:fs';
import path from 'node:path';

import {
  renderConfigurationPage,
  renderEnvExample,
} from '../src/infrastructure/config/config-docs.js';

const root = path.resolve(import.meta.dirname, '..');
fs.writeFileSync(path.join(root, '.env.example'), renderEnvExample());
fs.writeFileSync(path.join(root, 'docs', 'configuration.md'), renderConfigurationPage());
