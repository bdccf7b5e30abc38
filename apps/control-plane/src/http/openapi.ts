import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { describeWebhooks } from '../webhooks/describe-webhooks.ts';

const PROBLEM = {
  description: 'Problem details (RFC 9457)',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['type', 'title', 'status', 'detail', 'code'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          code: { type: 'string' },
          errors: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                field: { type: 'string' },
                message: { type: 'string' },
                line: { type: 'integer' },
                column: { type: 'integer' },
              },
            },
          },
        },
      },
    },
  },
};

/** Publishes `/openapi.json` and `/docs`, made from the controllers, the zod schemas that validate, and those of what webhooks are sent. */
export function serveOpenApi(app: INestApplication): void {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tollgate control plane')
    .setDescription(
      'Organizations, projects, secrets, AI providers, routes, keys, usage and webhooks.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'admin')
    .addSecurityRequirements('admin')
    .build();
  const document = SwaggerModule.createDocument(app, builder, {
    autoTagControllers: false,
    standardSchemaConverter: (schema, { schemaType }) => toJsonSchema(schema, schemaType),
  });
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path as Record<string, { responses?: object }>)) {
      if (operation.responses) Object.assign(operation.responses, { default: PROBLEM });
    }
  }
  Object.assign(document, { webhooks: describeWebhooks() });
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json' });
}

/** A schema that has an id becomes a component of that name. */
function toJsonSchema(schema: unknown, io: 'input' | 'output') {
  if (!(schema instanceof z.ZodType)) return undefined;
  const json = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  const { $defs: components = {}, ...rest } = json;
  delete rest.$schema;
  return { schema: rest, components };
}
