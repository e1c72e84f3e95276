import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';

import { reaches } from '../../../application/access/principal.js';
import type { Role } from '../../../application/access/principal.js';
import { callerOf } from '../context/caller.decorator.js';
import { Refused } from '../problem/refused.js';
import { OPEN_METADATA, ROLES_METADATA } from './access.decorators.js';

const ADMIN_ONLY: readonly Role[] = ['admin'];

/** Checks the role of the caller, whom `bearerHook` has identified, against what the route declares. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(host: ExecutionContext): boolean {
    if (host.getType() !== 'http') return true;
    const places = [host.getHandler(), host.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(OPEN_METADATA, places)) return true;
    const roles = this.reflector.getAllAndOverride<readonly Role[] | undefined>(
      ROLES_METADATA,
      places,
    );
    const { principal } = callerOf(host.switchToHttp().getRequest<FastifyRequest>());
    const wanted = roles ?? ADMIN_ONLY;
    if (reaches(principal.role, wanted)) return true;
    throw new Refused('forbidden', `this route needs the role ${wanted.join(' or ')}`);
  }
}
