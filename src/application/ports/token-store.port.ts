import type { Role } from '../access/principal.js';

export interface NewToken {
  readonly tokenId: string;
  /** Unique among all tokens ever made, revoked ones too, so that a name in the log means one token. */
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the whole token. */
  readonly hash: Buffer;
  /** Milliseconds since the Unix epoch; null for a token that does not expire. */
  readonly expiresAt: number | null;
}

export interface StoredToken extends NewToken {
  readonly createdAt: number;
  /** To the next five minutes or so. */
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

/** Keeps the tokens by which callers prove who they are. Never sees a token itself, only its hash. */
export abstract class TokenStore {
  /** False when the name is taken; nothing is written then. */
  abstract add(token: NewToken): Promise<boolean>;
  /** Adds the token only if there has never been any. Of many processes that try at once, one is told true. */
  abstract addIfFirst(token: NewToken): Promise<boolean>;
  abstract find(tokenId: string): Promise<StoredToken | null>;
  /** All tokens, the newest first. */
  abstract list(): Promise<readonly StoredToken[]>;
  /** Notes the use, at most once in five minutes. */
  abstract touch(tokenId: string): Promise<void>;
  /** False when there is no such token. Revoking twice keeps the first time. */
  abstract revoke(tokenId: string): Promise<boolean>;
}
