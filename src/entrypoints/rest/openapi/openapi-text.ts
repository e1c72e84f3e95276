import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

import { RestAdapter } from '../http/rest.adapter.js';
import { openApiDocument } from './openapi-document.js';

/** The description as a file, from the classes alone: nothing is started and no database is needed. */
export async function openApiText(rootModule: Type<unknown> | DynamicModule): Promise<string> {
  const app = await NestFactory.create(rootModule, new RestAdapter(''), {
    preview: true,
    logger: ['error'],
  });
  const document = openApiDocument(app);
  await app.close();
  return `${JSON.stringify(document, null, 2)}\n`;
}
