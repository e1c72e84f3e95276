import { Injectable } from '@nestjs/common';

import { refuse } from '../../domain/shared/decider.js';
import type { FieldError, Refusal } from '../../domain/shared/decider.js';
import { Clock } from '../ports/clock.port.js';
import { TokenStore } from '../ports/token-store.port.js';
import type { Role } from './principal.js';
import { issueToken } from './token-secret.js';

export interface TokenWish {
  readonly name: string;
  readonly role: Role;
  /** Milliseconds since the Unix epoch; null for a token that does not expire. */
  readonly expiresAt: number | null;
}

export type TokenCreated =
  | { readonly ok: true; readonly tokenId: string; readonly token: string }
  | { readonly ok: false; readonly refusal: Refusal };

/** Names go into events, so they hold nothing that needs escaping and nothing that looks like an address. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Makes a token and shows it once; only its hash is kept. */
@Injectable()
export class CreateToken {
  constructor(
    private readonly tokens: TokenStore,
    private readonly clock: Clock,
  ) {}

  async execute(wish: TokenWish): Promise<TokenCreated> {
    const error = this.errorOf(wish);
    if (error) return refuse('validation', error.message, { errors: [error] });
    const { tokenId, token, hash } = issueToken();
    const added = await this.tokens.add({ ...wish, tokenId, hash });
    return added ? { ok: true, tokenId, token } : nameTaken(wish.name);
  }

  private errorOf({ name, expiresAt }: TokenWish): FieldError | null {
    if (!NAME.test(name)) {
      const message =
        'name is 1 to 64 lower-case letters, digits, dots, underscores or hyphens, and starts with a letter or digit';
      return { pointer: '/name', code: 'name', message };
    }
    if (expiresAt !== null && expiresAt <= this.clock.now()) {
      return { pointer: '/expiresAt', code: 'past', message: 'expiresAt must lie in the future' };
    }
    return null;
  }
}

function nameTaken(name: string): TokenCreated {
  const message = `there is or was a token named ${name}; names are not used twice`;
  return refuse('validation', message, { errors: [{ pointer: '/name', code: 'taken', message }] });
}
