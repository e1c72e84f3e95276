import { Injectable, Param } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';

import { refuseField } from '../problem/refused.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Ids of dispatches are UUIDs; nothing else reaches a store. */
@Injectable()
export class DispatchIdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    const id = typeof value === 'string' ? value.toLowerCase() : '';
    if (UUID.test(id)) return id;
    throw refuseField('path:dispatchId', 'uuid', 'dispatchId must be a UUID');
  }
}

/** The dispatch of the path. */
export const DispatchIdParam = (): ParameterDecorator => Param('dispatchId', DispatchIdPipe);
