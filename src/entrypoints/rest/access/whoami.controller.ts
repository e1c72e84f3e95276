import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';

import { ROLES } from '../../../application/access/principal.js';
import type { Role } from '../../../application/access/principal.js';
import { FromCaller } from '../context/caller.decorator.js';
import type { Caller } from '../context/caller.decorator.js';
import { Roles } from './access.decorators.js';

class WhoAmIResponse {
  @ApiProperty({ description: 'Id of the token; not secret.', example: '0f3a9c1d22b84e07' })
  readonly tokenId!: string;

  @ApiProperty({ description: 'Name of the token.', example: 'first-admin' })
  readonly name!: string;

  @ApiProperty({ description: 'Role of the token.', enum: ROLES })
  readonly role!: Role;
}

@ApiTags('access')
@Controller('v1/whoami')
export class WhoAmIController {
  @Get()
  @Roles('viewer', 'runner')
  @ApiOperation({ summary: 'Say whose token this is', operationId: 'whoAmI' })
  @ApiOkResponse({ description: 'The token that the request carries.', type: WhoAmIResponse })
  whoAmI(@FromCaller() { principal }: Caller): WhoAmIResponse {
    return principal;
  }
}
