/** `npm start`: builds what is not built yet, then runs the service in this very process. */
import path from 'node:path';

import { build, isBuilt } from './build.mjs';

// A fresh clone, or one whose sources have changed since: the first start takes some seconds more.
if (!isServable()) process.exit(1);
await import(path.resolve(import.meta.dirname, '..', 'dist', 'main.js'));

function isServable() {
  if (isBuilt()) return true;
  console.error('building …');
  return build();
}
