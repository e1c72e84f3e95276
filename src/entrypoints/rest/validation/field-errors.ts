import type { ValidationError } from 'class-validator';

import type { FieldError } from '../../../domain/shared/decider.js';
import { escapePointer } from '../http/json-body.js';

/** Where a validated value came from: decides how its fields are pointed at. */
export type ValueSource = 'body' | 'query' | 'path';

/** One entry per broken rule, each with a pointer that a form can follow. */
export function fieldErrorsOf(
  errors: readonly ValidationError[],
  source: ValueSource,
  parent = '',
): readonly FieldError[] {
  return errors.flatMap((error) => {
    const pointer = pointerTo(error.property, source, parent);
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
      pointer,
      code: codeOf(rule),
      message: rule === 'whitelistValidation' ? `${error.property} is not a known field` : message,
    }));
    return [...own, ...fieldErrorsOf(error.children ?? [], source, pointer)];
  });
}

const pointerTo = (property: string, source: ValueSource, parent: string): string =>
  source !== 'body' && parent === ''
    ? `${source}:${property}`
    : `${parent}/${escapePointer(property)}`;

/** class-validator names rules like `isInt`, `maxLength`, `whitelistValidation`. */
const codeOf = (rule: string): string => {
  if (rule === 'whitelistValidation') return 'unknown_field';
  const words = rule.replace(/^is(?=[A-Z])/, '').replace(/(?<=[a-z])[A-Z]/g, '_$&');
  return words.toLowerCase();
};
