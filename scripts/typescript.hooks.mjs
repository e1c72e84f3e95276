import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { transform } from '@swc/core';

import { swcOptions } from './swc-options.mjs';

/** Relative imports name the built file (`./x.js`); beside a source lies `./x.ts`. */
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (failure) {
    if (!/^\.{1,2}\/.*\.js$/.test(specifier)) throw failure;
    return next(specifier.replace(/\.js$/, '.ts'), context);
  }
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  const source = await readFile(filename, 'utf8');
  const options = { ...swcOptions, filename, sourceMaps: 'inline', swcrc: false };
  const { code } = await transform(source, options);
  return { format: 'module', source: code, shortCircuit: true };
}
