import { createHash, randomBytes } from 'node:crypto';

/** A token as its holder sees it, once: `fw_<id>_<secret>`. Only its hash is kept. */
export interface IssuedToken {
  readonly tokenId: string;
  readonly token: string;
  readonly hash: Buffer;
}

const TOKEN = /^fw_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;
const ID_BYTES = 8;
const SECRET_BYTES = 32;

export function issueToken(): IssuedToken {
  const tokenId = randomBytes(ID_BYTES).toString('hex');
  const token = `fw_${tokenId}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { tokenId, token, hash: hashOf(token) };
}

/** The id inside a token, or null for a text that cannot be one. */
export const tokenIdOf = (token: string): string | null => TOKEN.exec(token)?.[1] ?? null;

/** The secret has 256 random bits, so a plain hash withstands guessing as well as a slow one would. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
