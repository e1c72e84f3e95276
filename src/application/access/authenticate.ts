import { timingSafeEqual } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { Clock } from '../ports/clock.port.js';
import { TokenStore } from '../ports/token-store.port.js';
import type { StoredToken } from '../ports/token-store.port.js';
import type { Principal } from './principal.js';
import { hashOf, tokenIdOf } from './token-secret.js';

interface Remembered {
  readonly token: StoredToken;
  readonly untilMs: number;
}

/** How long a revoked token may still be taken by a process that has just seen it. */
export const TOKEN_MEMORY_MS = 3_000;
const TOKENS_REMEMBERED_MAX = 1_000;
const USE_NOTED_EVERY_MS = 300_000;
const NO_HASH = Buffer.alloc(32);

/** Finds out who presents a token. Unknown, wrong, expired and revoked ones are told apart by nobody. */
@Injectable()
export class Authenticate {
  private readonly remembered = new Map<string, Remembered>();

  constructor(
    private readonly tokens: TokenStore,
    private readonly clock: Clock,
  ) {}

  async execute(presented: string): Promise<Principal | null> {
    const tokenId = tokenIdOf(presented);
    if (tokenId === null) return null;
    const token = this.recall(tokenId) ?? (await this.load(tokenId));
    const matches = timingSafeEqual(hashOf(presented), token?.hash ?? NO_HASH);
    if (!matches || token === null || !this.isValid(token)) return null;
    await this.noteUse(token);
    return { tokenId, name: token.name, role: token.role };
  }

  private recall(tokenId: string): StoredToken | null {
    const entry = this.remembered.get(tokenId);
    return entry && entry.untilMs > this.clock.monotonicMs() ? entry.token : null;
  }

  private async load(tokenId: string): Promise<StoredToken | null> {
    const token = await this.tokens.find(tokenId);
    if (token) this.remember(token);
    return token;
  }

  /** The map keeps its entries in the order of arrival, so the first is the oldest. */
  private remember(token: StoredToken): void {
    this.remembered.delete(token.tokenId);
    const oldest = this.remembered.keys().next();
    if (this.remembered.size >= TOKENS_REMEMBERED_MAX && !oldest.done) {
      this.remembered.delete(oldest.value);
    }
    const untilMs = this.clock.monotonicMs() + TOKEN_MEMORY_MS;
    this.remembered.set(token.tokenId, { token, untilMs });
  }

  private isValid({ revokedAt, expiresAt }: StoredToken): boolean {
    return revokedAt === null && (expiresAt === null || expiresAt > this.clock.now());
  }

  private async noteUse(token: StoredToken): Promise<void> {
    const now = this.clock.now();
    if (token.lastUsedAt !== null && now - token.lastUsedAt < USE_NOTED_EVERY_MS) return;
    await this.tokens.touch(token.tokenId);
    this.remember({ ...token, lastUsedAt: now });
  }
}
