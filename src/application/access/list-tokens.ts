import { Injectable } from '@nestjs/common';

import { TokenStore } from '../ports/token-store.port.js';
import type { StoredToken } from '../ports/token-store.port.js';

export type TokenSummary = Omit<StoredToken, 'hash'>;

/** All tokens, the newest first, without anything that would help to forge one. */
@Injectable()
export class ListTokens {
  constructor(private readonly tokens: TokenStore) {}

  async execute(): Promise<readonly TokenSummary[]> {
    const tokens = await this.tokens.list();
    return tokens.map(summaryOf);
  }
}

const summaryOf = (token: StoredToken): TokenSummary => ({
  tokenId: token.tokenId,
  name: token.name,
  role: token.role,
  createdAt: token.createdAt,
  expiresAt: token.expiresAt,
  lastUsedAt: token.lastUsedAt,
  revokedAt: token.revokedAt,
});
