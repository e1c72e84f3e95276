import { createHash } from 'node:crypto';

const ID_CHARS = 32;

/** Names a subscription without giving its address away: whoever knows the address may send to it. */
export const subscriptionIdOf = (endpoint: string): string =>
  createHash('sha256').update(endpoint).digest('hex').slice(0, ID_CHARS);
