import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsArray, IsInt, IsOptional, Max, Min, ValidateBy } from 'class-validator';
import type { ValidationOptions } from 'class-validator';

import { parseInstant } from '../../../domain/shared/parse-instant.js';
import { isZone } from '../../../domain/shared/resolve-instant.js';
import { ID_RULE, isId } from './id.js';
import { isStorableText } from './storable-text.js';

const LOCALE_CHARS_MAX = 35;
const ZONE_RULE = 'must be an IANA time zone such as Europe/Berlin';

/** A field rule with a stable code and a message that does not repeat what was sent. */
const rule = (
  name: string,
  message: string,
  holds: (value: unknown) => boolean,
  options?: ValidationOptions,
): PropertyDecorator =>
  ValidateBy(
    { name, validator: { validate: holds, defaultMessage: () => `$property ${message}` } },
    options,
  );

const isString = (value: unknown): value is string => typeof value === 'string';

/** An id of an action, target, recipient and so on. */
export const IsId = (options?: ValidationOptions): PropertyDecorator =>
  rule('id', ID_RULE, (value) => isString(value) && isId(value), options);

/** An instant as of RFC 3339; the offset is required, so that nobody has to guess a zone. */
export const IsInstant = (options?: ValidationOptions): PropertyDecorator =>
  rule(
    'instant',
    'must be an RFC 3339 time with offset, such as 2030-05-01T08:00:00Z',
    (value) => isString(value) && parseInstant(value) !== null,
    options,
  );

/** An IANA zone. */
export const IsZone = (options?: ValidationOptions): PropertyDecorator =>
  rule('zone', ZONE_RULE, (value) => isString(value) && isZone(value), options);

/** A language tag as of BCP 47. */
export const IsLocaleTag = (options?: ValidationOptions): PropertyDecorator =>
  rule(
    'locale',
    'must be a language tag such as de-CH',
    (value) => isString(value) && value.length <= LOCALE_CHARS_MAX && isLocaleTag(value),
    options,
  );

export interface TextLimits {
  readonly min?: number;
  /** In code points, as people count. */
  readonly max: number;
  /** Line breaks and tabs are allowed. */
  readonly lines?: boolean;
}

/** Text for people: bounded in code points, without control characters. */
export const IsText = (
  { min = 1, max, lines = false }: TextLimits,
  options?: ValidationOptions,
): PropertyDecorator =>
  rule(
    'text',
    `must be text of ${String(min)} to ${String(max)} characters without control characters${lines ? ' other than line breaks and tabs' : ''}`,
    (value) => isString(value) && isText(value, { min, max, lines }),
    options,
  );

/** A whole number within bounds, written as a number. */
export const IsCount = (min: number, max: number): PropertyDecorator =>
  applyDecorators(IsInt(), Min(min), Max(max));

/** A whole number in a query string, which has only text; anything but plain digits fails the check behind. */
export const QueryCount = (min: number, max: number): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => numberOf(value)),
    IsCount(min, max),
  );

/** `true` or `false` in a query string. */
export const QueryFlag = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => flagOf(value)),
    rule('flag', 'must be true or false', (value) => typeof value === 'boolean'),
  );

/** A query parameter that may come more than once; the handler always gets a list. */
export const QueryList = (): PropertyDecorator =>
  applyDecorators(
    IsOptional(),
    Transform(({ value }: { value: unknown }) => listOf(value)),
    IsArray(),
  );

const numberOf = (value: unknown): unknown =>
  isString(value) && /^\d{1,15}$/.test(value) ? Number(value) : value;

const flagOf = (value: unknown): unknown =>
  value === 'true' || value === 'false' ? value === 'true' : value;

const listOf = (value: unknown): unknown => {
  if (value === undefined) return value;
  return Array.isArray(value) ? value : [value];
};

function isText(value: string, { min, max, lines }: Required<TextLimits>): boolean {
  // A string never has fewer code units than code points, so an absurd one is not counted out.
  if (value.length > 2 * max || !isStorableText(value)) return false;
  const plain = lines ? value.replace(/\r\n|[\n\t]/g, ' ') : value;
  const length = Array.from(value).length;
  return length >= min && length <= max && !/\p{Cc}/u.test(plain);
}

function isLocaleTag(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
}
