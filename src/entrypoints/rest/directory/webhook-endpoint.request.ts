import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, IsUrl, MaxLength } from 'class-validator';

import { IsId } from '../validation/fields.js';

const URL_CHARS_MAX = 2_048;

export class WebhookEndpointRequest {
  @ApiProperty({
    description: 'Where to call: https, and not inside of our own network unless that is allowed.',
    format: 'uri',
    maxLength: URL_CHARS_MAX,
  })
  @IsString()
  @MaxLength(URL_CHARS_MAX)
  @IsUrl({ protocols: ['https', 'http'], require_protocol: true, require_tld: false })
  readonly url!: string;

  @ApiPropertyOptional({
    description:
      'Whose messages go there; left out or null, it is the default for all who have no endpoint of their own.',
    type: String,
    nullable: true,
  })
  @IsOptional()
  @IsId()
  readonly recipientId?: string | null;
}

export class WebhookEndpointCreatedResponse {
  @ApiProperty({ description: 'Id of the endpoint.' })
  readonly endpointId!: string;

  @ApiProperty({
    description: 'Signs every call (Standard Webhooks). It is shown this once and never again.',
    example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  })
  readonly secret!: string;
}

export class WebhookEndpointResponse {
  @ApiProperty({ description: 'Id of the endpoint.' })
  readonly endpointId!: string;

  @ApiProperty({ description: 'Where it calls; a query is left out, since it may hold a secret.' })
  readonly url!: string;

  @ApiProperty({ description: 'Whose it is; null for the default.', type: String, nullable: true })
  readonly recipientId!: string | null;

  @ApiProperty({
    description: 'Since when it is called no more.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  readonly disabledAt!: string | null;

  @ApiProperty({ description: 'Why it is called no more.', type: String, nullable: true })
  readonly disabledReason!: string | null;
}

export class WebhookEndpointPageResponse {
  @ApiProperty({ description: 'Endpoints by id.', type: [WebhookEndpointResponse] })
  readonly items!: readonly WebhookEndpointResponse[];

  @ApiProperty({ description: 'Null on the last page.', type: String, nullable: true })
  readonly nextCursor!: string | null;
}
