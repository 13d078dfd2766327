import { z } from 'zod';
import { version } from '../config/project.ts';
import { type Addresses, problem } from './schemas.ts';

type JsonSchema = Record<string, unknown> & { properties?: Record<string, JsonSchema>; required?: string[] };

/** The API as an OpenAPI 3.1 document, made of what requests are checked by. */
export function openApi(addresses: Addresses): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kith',
      version: version(),
      description: 'Whom each user is closest to and should follow next. Everything is of one published run.',
    },
    components: {
      securitySchemes: { reader: { type: 'http', scheme: 'bearer', description: 'NAME.PASSWORD of a reader' } },
    },
    security: [{ reader: [] }],
    paths: Object.fromEntries(
      Object.entries(addresses).map(([address, { about, path, query, answer }]) => [
        address,
        {
          get: {
            summary: about,
            parameters: [...parametersOf(path, 'path'), ...parametersOf(query, 'query')],
            responses: {
              200: {
                description: 'OK',
                headers: { ETag: { schema: { type: 'string' } }, 'Cache-Control': { schema: { type: 'string' } } },
                content: { 'application/json': { schema: schemaOf(answer) } },
              },
              304: { description: 'Still the run of If-None-Match' },
              ...Object.fromEntries(
                [400, 401, 403, 404, 429, 503].map((status) => [
                  status,
                  { description: 'A problem', content: { 'application/problem+json': { schema: schemaOf(problem) } } },
                ]),
              ),
            },
          },
        },
      ]),
    ),
  };
}

function parametersOf(schema: z.ZodType, where: 'path' | 'query'): object[] {
  const { properties = {} } = schemaOf(schema);
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path',
    description,
    schema: rest,
  }));
}

function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...own } = z.toJSONSchema(schema, { io: 'input' });
  return own as JsonSchema;
}
