import { applyDecorators } from '@nestjs/common';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsEmail,
  IsOptional,
  Matches,
  ValidateBy,
  ValidateIf,
} from 'class-validator';

import { IsText } from '../validation/fields.js';
import { isStorableText } from '../validation/storable-text.js';

export const LABELS_MAX = 32;
export const LABEL_KEY_CHARS_MAX = 63;
export const LABEL_VALUE_CHARS_MAX = 255;
export const VERSION_CHARS_MAX = 128;
export const NAME_CHARS_MAX = 255;
export const EMAILS_MAX = 10;
export const TYPE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The field may be left out, but null is no value for it. */
export const MaySkip = (): PropertyDecorator =>
  ValidateIf((_: object, value: unknown) => value !== undefined);

/** The name of a version. */
export const IsVersionName = (): PropertyDecorator => IsText({ max: VERSION_CHARS_MAX });

export const IsTargetType = (): PropertyDecorator =>
  Matches(TYPE, {
    message: '$property must be 1 to 64 letters, digits, dots, underscores or hyphens',
  });

/** Addresses, none twice. An empty list is a recipient who cannot be mailed. */
export const AreEmails = (): PropertyDecorator =>
  applyDecorators(IsArray(), ArrayMaxSize(EMAILS_MAX), ArrayUnique(), IsEmail({}, { each: true }));

export const IsLabels = (): PropertyDecorator =>
  ValidateBy({
    name: 'labels',
    validator: {
      validate: isLabels,
      defaultMessage: () =>
        `$property must be an object of at most ${String(LABELS_MAX)} texts: keys of 1 to ${String(LABEL_KEY_CHARS_MAX)} characters, values of at most ${String(LABEL_VALUE_CHARS_MAX)}, no control characters`,
    },
  });

/** `key=value` in a query. */
export const AreLabelConditions = (): PropertyDecorator =>
  applyDecorators(
    IsOptional(),
    ArrayMaxSize(LABELS_MAX),
    ValidateBy(
      {
        name: 'label',
        validator: {
          validate: (value: unknown) => typeof value === 'string' && labelOf(value) !== null,
          defaultMessage: () => '$property must be key=value',
        },
      },
      { each: true },
    ),
  );

/** Both halves of `key=value`, or null. A value may hold further equals signs. */
export function labelOf(text: string): readonly [string, string] | null {
  const at = text.indexOf('=');
  const pair = [text.slice(0, at), text.slice(at + 1)] as const;
  return at > 0 && isLabel(pair) ? pair : null;
}

function isLabels(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const pairs = Object.entries(value);
  return pairs.length <= LABELS_MAX && pairs.every(isLabel);
}

const isLabel = ([key, value]: readonly [string, unknown]): boolean =>
  isPlain(key, 1, LABEL_KEY_CHARS_MAX) && isPlain(value, 0, LABEL_VALUE_CHARS_MAX);

const isPlain = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'string' &&
  value.length >= min &&
  value.length <= max &&
  isStorableText(value) &&
  !/\p{Cc}/u.test(value);
