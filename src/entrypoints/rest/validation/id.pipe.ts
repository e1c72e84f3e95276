import { Injectable, Param } from '@nestjs/common';
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';

import { refuseField } from '../problem/refused.js';
import { ID_RULE, isId } from './id.js';

/** Checks an id of the path after decoding, where `%2F` and `%00` show what they are. */
@Injectable()
export class IdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown, { data = 'id' }: ArgumentMetadata): string {
    if (typeof value === 'string' && isId(value)) return value;
    throw refuseField(`path:${data}`, 'id', `${data} ${ID_RULE}`);
  }
}

/** An id of the path: `read(@IdParam('id') id: string)`. */
export const IdParam = (name: string): ParameterDecorator => Param(name, IdPipe);
