import fs from 'node:fs';

export default async function tearDown() {
  const started = globalThis.forewarnTestDatabase;
  if (started === undefined) return;
  await started.postgres.stop();
  fs.rmSync(started.folder, { recursive: true, force: true });
}
