import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, IsUrl, Matches, MaxLength } from 'class-validator';

import { IsLocaleTag, IsText, IsZone } from '../validation/fields.js';
import { AreEmails, EMAILS_MAX, MaySkip, NAME_CHARS_MAX } from './directory-fields.js';

/** A field that is left out stays as it is; for a new recipient it gets its default. */
export class RecipientRequest {
  @ApiPropertyOptional({
    description: 'Name for people; null for none.',
    type: String,
    maxLength: NAME_CHARS_MAX,
    nullable: true,
  })
  @IsOptional()
  @IsText({ max: NAME_CHARS_MAX })
  readonly displayName?: string | null;

  @ApiPropertyOptional({ description: 'IANA zone in which times are written.', default: 'UTC' })
  @MaySkip()
  @IsZone()
  readonly zone?: string;

  @ApiPropertyOptional({ description: 'BCP 47 language tag.', default: 'en' })
  @MaySkip()
  @IsLocaleTag()
  readonly locale?: string;

  @ApiPropertyOptional({
    description: 'All addresses of the recipient.',
    type: [String],
    maxItems: EMAILS_MAX,
    default: [],
  })
  @MaySkip()
  @AreEmails()
  readonly emails?: readonly string[];
}

export class RecipientResponse {
  @ApiProperty({ description: 'Id of the recipient.' })
  readonly recipientId!: string;

  @ApiProperty({ description: 'Name for people.', type: String, nullable: true })
  readonly displayName!: string | null;

  @ApiProperty({ description: 'IANA zone.' })
  readonly zone!: string;

  @ApiProperty({ description: 'BCP 47 language tag.' })
  readonly locale!: string;

  @ApiProperty({ description: 'E-mail addresses.', type: [String] })
  readonly emails!: readonly string[];

  @ApiProperty({ description: 'Whether everything personal was erased.' })
  readonly erased!: boolean;
}

export class RecipientPageResponse {
  @ApiProperty({ description: 'Recipients in the order of their ids.', type: [RecipientResponse] })
  readonly items!: readonly RecipientResponse[];

  @ApiProperty({ description: 'Null on the last page.', type: String, nullable: true })
  readonly nextCursor!: string | null;
}

const KEY_RULE = '$property must be base64url as a browser gives it';

/** A subscription as `PushSubscription.toJSON()` of a browser has it, without the `keys` level. */
export class PushSubscriptionRequest {
  @ApiProperty({ description: 'Address at the push service.', format: 'uri', maxLength: 2048 })
  @IsString()
  @MaxLength(2_048)
  @IsUrl({ protocols: ['https', 'http'], require_protocol: true, require_tld: false })
  readonly endpoint!: string;

  @ApiProperty({ description: "The browser's public key: 65 bytes as base64url." })
  @Matches(/^[A-Za-z0-9_-]{87}=?$/, { message: KEY_RULE })
  readonly p256dh!: string;

  @ApiProperty({ description: 'The shared secret: 16 bytes as base64url.' })
  @Matches(/^[A-Za-z0-9_-]{22}(?:==)?$/, { message: KEY_RULE })
  readonly auth!: string;
}

export class PushSubscriptionResponse {
  @ApiProperty({ description: 'Names the subscription without its address.' })
  readonly subscriptionId!: string;
}
