import fs from 'node:fs';
import path from 'node:path';

import { errorsDoc } from '../src/entrypoints/rest/problem/errors-doc.js';
import { metricsDoc } from '../src/infrastructure/observability/metrics-doc.js';

const docs = path.resolve(import.meta.dirname, '..', 'docs');
fs.writeFileSync(path.join(docs, 'errors.md'), errorsDoc());
fs.writeFileSync(path.join(docs, 'metrics.md'), metricsDoc());
