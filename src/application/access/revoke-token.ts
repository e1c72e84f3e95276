import { Injectable } from '@nestjs/common';

import { refuse } from '../../domain/shared/decider.js';
import type { Refusal } from '../../domain/shared/decider.js';
import { TokenStore } from '../ports/token-store.port.js';

export type TokenRevoked =
  { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal };

/** Ends a token. Every process stops taking it within `TOKEN_MEMORY_MS`. */
@Injectable()
export class RevokeToken {
  constructor(private readonly tokens: TokenStore) {}

  async execute(tokenId: string): Promise<TokenRevoked> {
    const known = await this.tokens.revoke(tokenId);
    return known ? { ok: true } : refuse('not_found', 'there is no such token');
  }
}
