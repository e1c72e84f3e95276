import type { INestApplicationContext } from '@nestjs/common';

import { EnsureFirstAdminToken } from './application/access/ensure-first-admin-token.js';
import type { Config } from './infrastructure/config/config.js';

/** What somebody who has just started the service wants to know. The token is shown this once. */
export async function welcomeLines(
  app: INestApplicationContext,
  config: Config,
  url: string,
): Promise<readonly string[]> {
  const base = config.publicUrl === null ? url : config.publicBaseUrl;
  const token = await app.get(EnsureFirstAdminToken).execute();
  return [
    `API     ${base}/v1`,
    `Docs    ${base}/docs`,
    `Health  ${base}/health/ready`,
    token === null
      ? 'Token   made on the first start; `npm run token` makes another'
      : `Token   ${token}   (admin; shown only now)`,
  ];
}
