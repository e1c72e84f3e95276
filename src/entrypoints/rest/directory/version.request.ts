import { Param } from '@nestjs/common';
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';

import { refuseField } from '../problem/refused.js';
import { isStorableText } from '../validation/storable-text.js';
import { MaySkip, VERSION_CHARS_MAX } from './directory-fields.js';

export class VersionRequest {
  @ApiPropertyOptional({ description: 'True when it may not be rolled out.', default: false })
  @MaySkip()
  @IsBoolean()
  readonly disabled?: boolean;
}

export class VersionResponse {
  @ApiProperty({ description: 'Name of the version.' })
  readonly version!: string;

  @ApiProperty({ description: 'True when it may not be rolled out.' })
  readonly disabled!: boolean;
}

export class VersionPageResponse {
  @ApiProperty({ description: 'Versions in the order of their names.', type: [VersionResponse] })
  readonly items!: readonly VersionResponse[];

  @ApiProperty({ description: 'Null on the last page.', type: String, nullable: true })
  readonly nextCursor!: string | null;
}

/** Version names are freer than ids: any text without control characters. */
class VersionPipe implements PipeTransform<unknown, string> {
  transform(value: unknown, { data = 'version' }: ArgumentMetadata): string {
    if (typeof value === 'string' && isVersionName(value)) return value;
    throw refuseField(
      `path:${data}`,
      'text',
      `${data} must be text of 1 to ${String(VERSION_CHARS_MAX)} characters without control characters`,
    );
  }
}

const isVersionName = (text: string): boolean =>
  text.length >= 1 &&
  Array.from(text).length <= VERSION_CHARS_MAX &&
  isStorableText(text) &&
  !/\p{Cc}/u.test(text);

export const VersionParam = (): ParameterDecorator => Param('version', VersionPipe);
