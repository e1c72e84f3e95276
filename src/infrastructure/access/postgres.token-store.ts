import { Injectable } from '@nestjs/common';

import type { Role } from '../../application/access/principal.js';
import { TokenStore } from '../../application/ports/token-store.port.js';
import type { NewToken, StoredToken } from '../../application/ports/token-store.port.js';
import { Postgres } from '../postgres/postgres.js';

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly hash: Buffer;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

const COLUMNS = 'id, name, role, hash, created_at, expires_at, last_used_at, revoked_at';

const TOUCH = `
  UPDATE forewarn.tokens SET last_used_at = clock_timestamp()
  WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '5 minutes')`;

const REVOKE = `
  UPDATE forewarn.tokens SET revoked_at = coalesce(revoked_at, clock_timestamp())
  WHERE id = $1 RETURNING id`;

/** Tokens in the table `forewarn.tokens`. */
@Injectable()
export class PostgresTokenStore extends TokenStore {
  constructor(private readonly postgres: Postgres) {
    super();
  }

  override add(token: NewToken): Promise<boolean> {
    return this.insert(token, 'true');
  }

  /** Two processes that both see an empty table meet at the unique name, and the second inserts nothing. */
  override addIfFirst(token: NewToken): Promise<boolean> {
    return this.insert(token, 'NOT EXISTS (SELECT FROM forewarn.tokens)');
  }

  override async find(tokenId: string): Promise<StoredToken | null> {
    const rows = await this.postgres.query<TokenRow>({
      name: 'token-find',
      text: `SELECT ${COLUMNS} FROM forewarn.tokens WHERE id = $1`,
      values: [tokenId],
    });
    return rows[0] ? tokenOf(rows[0]) : null;
  }

  override async list(): Promise<readonly StoredToken[]> {
    const text = `SELECT ${COLUMNS} FROM forewarn.tokens ORDER BY created_at DESC, id`;
    const rows = await this.postgres.query<TokenRow>({ text });
    return rows.map(tokenOf);
  }

  override async touch(tokenId: string): Promise<void> {
    await this.postgres.query({ text: TOUCH, values: [tokenId] });
  }

  override async revoke(tokenId: string): Promise<boolean> {
    const rows = await this.postgres.query({ text: REVOKE, values: [tokenId] });
    return rows.length === 1;
  }

  private async insert(token: NewToken, condition: string): Promise<boolean> {
    const { tokenId, name, role, hash, expiresAt } = token;
    const text = `
      INSERT INTO forewarn.tokens (id, name, role, hash, expires_at)
      SELECT $1, $2, $3, $4, to_timestamp($5::double precision / 1000) WHERE ${condition}
      ON CONFLICT (name) DO NOTHING RETURNING id`;
    const values = [tokenId, name, role, hash, expiresAt];
    return (await this.postgres.query({ text, values })).length === 1;
  }
}

const tokenOf = (row: TokenRow): StoredToken => ({
  tokenId: row.id,
  name: row.name,
  role: row.role,
  hash: row.hash,
  createdAt: row.created_at.getTime(),
  expiresAt: row.expires_at?.getTime() ?? null,
  lastUsedAt: row.last_used_at?.getTime() ?? null,
  revokedAt: row.revoked_at?.getTime() ?? null,
});
