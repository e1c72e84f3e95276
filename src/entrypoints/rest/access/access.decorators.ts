import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';

import type { Role } from '../../../application/access/principal.js';
import { RouteOption } from '../http/route-options.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';

export const ROLES_METADATA = 'forewarn:roles';
export const OPEN_METADATA = 'forewarn:open';

/** Who may call the route: the lowest role that suffices, or `runner`. A route without it is for admins only. */
export const Roles = (...roles: readonly Role[]): MethodDecorator =>
  applyDecorators(
    SetMetadata(ROLES_METADATA, roles),
    ApiBearerAuth(),
    ApiProblems('unauthenticated', 'forbidden'),
    ApiExtension('x-roles', [...roles]),
  );

/** The route answers everybody. Only for health, docs, and links that carry their own proof. */
export const Open = (): MethodDecorator =>
  applyDecorators(SetMetadata(OPEN_METADATA, true), RouteOption({ open: true }));
