import { Readable } from 'node:stream';

import { Injectable, ValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';

import { refuseField, Refused } from '../problem/refused.js';
import { fieldErrorsOf } from './field-errors.js';
import type { ValueSource } from './field-errors.js';

const SOURCES: Readonly<Record<ArgumentMetadata['type'], ValueSource | null>> = {
  body: 'body',
  query: 'query',
  param: 'path',
  custom: null,
};

/**
 * Turns bodies and queries into request classes and checks them. Unknown fields are refused, and nothing is converted
 * unless a decorator of the class says so: the text "5" is not a number.
 */
@Injectable()
export class RequestPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      validationError: { target: false, value: false },
      transformOptions: { enableImplicitConversion: false },
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const source = SOURCES[metadata.type];
    if (source === null || value instanceof Readable || !this.toValidate(metadata)) return value;
    if (metadata.data !== undefined) return value;
    if (!isObject(value)) throw refuseField('', 'object', 'the body must be a JSON object');
    try {
      return (await super.transform(value, metadata)) as unknown;
    } catch (error) {
      throw error instanceof InvalidValue ? refusalOf(error.errors, source) : error;
    }
  }

  override createExceptionFactory() {
    return (errors: ValidationError[] = []): unknown => new InvalidValue(errors);
  }
}

/** Carries the broken rules from the validator to the pipe, which knows where the value came from. */
class InvalidValue extends Error {
  override readonly name = 'InvalidValue';

  constructor(readonly errors: readonly ValidationError[]) {
    super('the value breaks rules');
  }
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refusalOf(broken: readonly ValidationError[], source: ValueSource): Refused {
  const errors = fieldErrorsOf(broken, source);
  const fields = [...new Set(errors.map(({ pointer }) => pointer))].slice(0, 5).join(', ');
  return new Refused('validation', `not valid: ${fields}`, { errors });
}
