/** `npm run token`: builds what is not built yet, then makes a token. */
import path from 'node:path';

import { build, isBuilt } from './build.mjs';

// A fresh clone, or one whose sources have changed since: the first start takes some seconds more.
if (!isServable()) process.exit(1);
await import(path.resolve(import.meta.dirname, '..', 'dist', 'token.js'));

function isServable() {
  if (isBuilt()) return true;
  console.error('building …');
  return build();
}
