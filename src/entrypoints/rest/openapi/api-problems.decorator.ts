import { applyDecorators } from '@nestjs/common';
import { ApiResponse, getSchemaPath } from '@nestjs/swagger';

import { PROBLEMS } from '../problem/catalogue.js';
import type { ProblemCode } from '../problem/catalogue.js';
import { PROBLEM_MEDIA_TYPE } from '../problem/problem-body.js';
import { ProblemSchema } from './problem.schema.js';

const CODES = 'forewarn:problems';

/** Documents the refusals of a route; codes of one status share one entry, over several decorators too. */
export function ApiProblems(...codes: readonly ProblemCode[]): MethodDecorator {
  return (target, key, descriptor) => {
    const handler = descriptor.value as object;
    const before = (Reflect.getOwnMetadata(CODES, handler) ?? []) as readonly ProblemCode[];
    const all = [...new Set([...before, ...codes])];
    Reflect.defineMetadata(CODES, all, handler);
    applyDecorators(...responsesOf(all))(target, key, descriptor);
  };
}

const responsesOf = (codes: readonly ProblemCode[]): MethodDecorator[] =>
  [...new Set(codes.map((code) => PROBLEMS[code].status))].map((status) =>
    responseOf(
      status,
      codes.filter((code) => PROBLEMS[code].status === status),
    ),
  );

const responseOf = (status: number, codes: readonly ProblemCode[]): MethodDecorator =>
  ApiResponse({
    status,
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].meaning}`).join('\n\n'),
    content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: getSchemaPath(ProblemSchema) } } },
  });
