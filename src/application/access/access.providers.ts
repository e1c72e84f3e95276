import { Authenticate } from './authenticate.js';
import { CreateToken } from './create-token.js';
import { EnsureFirstAdminToken } from './ensure-first-admin-token.js';
import { ListTokens } from './list-tokens.js';
import { RevokeToken } from './revoke-token.js';

/** The use cases around tokens, for a composition root that provides `TokenStore` and `Clock`. */
export const ACCESS_PROVIDERS = [
  Authenticate,
  CreateToken,
  EnsureFirstAdminToken,
  ListTokens,
  RevokeToken,
] as const;
