/** Builds `dist` from `src`: the compiler makes the programs, everything else is copied beside them. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const source = path.join(root, 'src');
const target = path.join(root, 'dist');

/** Its time is the time of the last whole build. */
const stamp = path.join(target, '.built');

export function build() {
  const startedAt = new Date();
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const options = { cwd: root, stdio: 'inherit' };
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], options);
  if (status !== 0) return false;
  for (const file of filesIn(source).filter((name) => !name.endsWith('.ts'))) {
    fs.cpSync(file, path.join(target, path.relative(source, file)));
  }
  fs.writeFileSync(stamp, '');
  // What is saved while the compiler runs must be built again.
  fs.utimesSync(stamp, startedAt, startedAt);
  return true;
}

/** Whether `dist` is there and younger than everything that it is made from. */
export function isBuilt() {
  const builtAt = fs.statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const inputs = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  const files = [...inputs.map((name) => path.join(root, name)), ...filesIn(source)];
  return files.every(
    (file) => (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < builtAt,
  );
}

function filesIn(folder) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

if (process.argv[1] === import.meta.filename) process.exitCode = build() ? 0 : 1;
