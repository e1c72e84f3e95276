import { createHmac } from 'node:crypto';

const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;

/** A signing secret that Standard Webhooks does not allow. It never says which. */
export class UnusableSecret extends Error {
  override readonly name = 'UnusableSecret';
  constructor() {
    super('a signing secret is whsec_ and 24 to 64 bytes in base64');
  }
}

export interface Signed {
  readonly id: string;
  readonly atMs: number;
  readonly body: string;
  readonly keys: readonly Buffer[];
}

/** @throws {UnusableSecret} when the secret is empty, too short, too long or not base64. */
export const keyOf = (secret: string): Buffer => {
  const encoded = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : '';
  const key = Buffer.from(encoded, 'base64');
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded);
  if (!isBase64 || key.length < SECRET_BYTES_MIN || key.length > SECRET_BYTES_MAX) {
    throw new UnusableSecret();
  }
  return key;
};

/** Headers of Standard Webhooks 1.0: one signature per key, so that a receiver may hold the old or the new one. */
export const signatureHeaders = ({ id, atMs, body, keys }: Signed): Record<string, string> => {
  const timestamp = String(Math.floor(atMs / 1_000));
  const signed = `${id}.${timestamp}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys
      .map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
      .join(' '),
  };
};
