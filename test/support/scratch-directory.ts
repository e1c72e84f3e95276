import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A directory that every account can reach, for one test. */
export function makeScratchDirectory(mode = 0o755): { readonly path: string; remove(): void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'forewarn-scratch-'));
  fs.chmodSync(folder, mode);
  return {
    path: folder,
    remove: () => {
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
