import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';

import { FieldErrorSchema, ProblemSchema } from './problem.schema.js';

const DESCRIPTION =
  'Schedules disruptive work over a fleet of targets, warns the people it will touch, applies it once, and tells them if it is called off. Every refusal is `application/problem+json` with a stable `code`.';

/** Describes all routes of an application as OpenAPI 3.1. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const head = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Forewarn')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'fw_<id>_<secret>' })
    .build();
  return SwaggerModule.createDocument(app, head, {
    extraModels: [ProblemSchema, FieldErrorSchema],
  });
}
