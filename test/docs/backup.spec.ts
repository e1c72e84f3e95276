import { describe, expect, it } from '@jest/globals';

import { makeScratchDirectory } from '../support/scratch-directory.js';
import { blocksOf } from './pages.js';
import { startService, stopServices } from './running-service.js';
import type { RunningService } from './running-service.js';
import { runBlocks } from './shell.js';

describe('the backup page', () => {
  it('copies an embedded database and brings it back', async () => {
    const scratch = makeScratchDirectory();
    const [copy, restore] = blocksOf('sh', 'stopped');
    if (copy === undefined || restore === undefined) throw new TypeError('blocks are missing');
    try {
      const first = await startService({}, scratch.path);
      const { token } = first;
      const version = await putVersion(first, token, '1.0.0');
      await first.stop();
      await runBlocks([copy], {}, scratch.path);
      const second = await startService({}, scratch.path);
      await putVersion(second, token, '2.0.0');
      await second.stop();
      await runBlocks([restore], {}, scratch.path);
      const third = await startService({}, scratch.path);
      const versions = await versionsOf(third, token);
      await third.stop();
      expect(version).toBe(true);
      expect(versions).toEqual(['1.0.0']);
    } finally {
      await stopServices();
      scratch.remove();
    }
  }, 240_000);
});

async function putVersion({ url }: RunningService, token: string, version: string) {
  const answer = await fetch(`${url}/v1/versions/${version}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  return answer.ok;
}

async function versionsOf({ url }: RunningService, token: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/v1/versions`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { items } = (await answer.json()) as { items: readonly { version: string }[] };
  return items.map(({ version }) => version);
}
