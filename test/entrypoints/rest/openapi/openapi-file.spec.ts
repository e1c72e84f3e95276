import { readFileSync } from 'node:fs';
import path from 'node:path';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { AppModule } from '../../../../src/app.module.js';
import { openApiText } from '../../../../src/entrypoints/rest/openapi/openapi-text.js';
import { loadConfig } from '../../../../src/infrastructure/config/load-config.js';
import { ServiceLogger } from '../../../../src/infrastructure/observability/logger.js';

interface Described {
  readonly description?: string;
}
interface Operation {
  readonly summary?: string;
  readonly operationId?: string;
  readonly parameters?: readonly (Described & { readonly name: string; readonly in: string })[];
  readonly responses: Readonly<Record<string, Described>>;
}
interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<
      Record<string, { readonly properties?: Readonly<Record<string, Described>> }>
    >;
  };
}

const isSaid = (text: string | undefined): boolean => text !== undefined && text !== '';

const file = path.resolve(import.meta.dirname, '../../../../docs/openapi.json');

describe('the description of the API', () => {
  let service: Description;

  beforeAll(async () => {
    const config = loadConfig({ LOG_LEVEL: 'silent' });
    const text = await openApiText(AppModule.with(config, new ServiceLogger(config)));
    service = JSON.parse(text) as Description;
  });

  const operations = () =>
    Object.entries(service.paths).flatMap(([route, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method} ${route}`,
        operation,
      })),
    );

  it('is the one that `npm run docs:openapi` has written to docs/openapi.json', () => {
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(service);
    expect(service.openapi).toMatch(/^3\.1\./);
  });

  it('names and explains every operation, parameter, answer and field', () => {
    const silent = operations().flatMap(({ name, operation }) => [
      ...(isSaid(operation.summary) && isSaid(operation.operationId) ? [] : [name]),
      ...Object.entries(operation.responses)
        .filter(([, { description }]) => !isSaid(description))
        .map(([status]) => `${name} ${status}`),
      ...(operation.parameters ?? [])
        .filter((parameter) => parameter.in !== 'path' && !isSaid(parameter.description))
        .map((parameter) => `${name} ?${parameter.name}`),
    ]);
    const fields = Object.entries(service.components.schemas).flatMap(([schema, { properties }]) =>
      Object.entries(properties ?? {})
        .filter(([, { description }]) => !isSaid(description))
        .map(([field]) => `${schema}.${field}`),
    );
    expect([...silent, ...fields]).toEqual([]);
  });

  it('gives every operation a name of its own, and every field of a path a parameter', () => {
    const names = operations().map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, operation } of operations()) {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(new Set(declared.map((parameter) => parameter.name))).toEqual(new Set(inPath));
    }
  });
});
