import { Injectable } from '@nestjs/common';

import { TokenStore } from '../ports/token-store.port.js';
import { issueToken } from './token-secret.js';

/** One name for every process that starts at the same time: its uniqueness lets only one of them win. */
const FIRST_TOKEN_NAME = 'first-admin';

/** Makes the admin token of a fresh installation and answers it, once and to one process; else null. */
@Injectable()
export class EnsureFirstAdminToken {
  constructor(private readonly tokens: TokenStore) {}

  async execute(): Promise<string | null> {
    const { tokenId, token, hash } = issueToken();
    const first = {
      tokenId,
      hash,
      name: FIRST_TOKEN_NAME,
      role: 'admin',
      expiresAt: null,
    } as const;
    return (await this.tokens.addIfFirst(first)) ? token : null;
  }
}
