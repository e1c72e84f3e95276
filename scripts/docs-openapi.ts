import fs from 'node:fs';
import path from 'node:path';

import { format, resolveConfig } from 'prettier';

import { AppModule } from '../src/app.module.js';
import { openApiText } from '../src/entrypoints/rest/openapi/openapi-text.js';
import { loadConfig } from '../src/infrastructure/config/load-config.js';
import { ServiceLogger } from '../src/infrastructure/observability/logger.js';

const file = path.resolve(import.meta.dirname, '..', 'docs', 'openapi.json');
const config = loadConfig({});
const text = await openApiText(AppModule.with(config, new ServiceLogger(config)));
fs.writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
