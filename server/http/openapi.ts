// The description of the REST API, made from the routes themselves: what is not here cannot be called.

import { z } from 'zod';
import { errorStatus } from '../../core/errors.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

const problem: Json = {
  type: 'object',
  description: 'RFC 9457. Switch on `code`; `field` names the offending field, where there is one.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(errorStatus) },
    detail: { type: 'string' },
    field: { type: 'string' },
  },
};

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

const parameterNames = (path: string) => [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!);

function operation(entry: Route): Json {
  const query = entry.query ? jsonSchema(entry.query, 'input') : {};
  const required = (query.required as string[] | undefined) ?? [];
  const parameters = [
    ...parameterNames(entry.path).map((name) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...Object.entries((query.properties as Record<string, Json> | undefined) ?? {}).map(
      ([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }),
    ),
  ];
  const content = entry.raw
    ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
    : entry.body && { 'application/json': { schema: jsonSchema(entry.body, 'input') } };
  const status = String(entry.status ?? 200);
  const answer = entry.reply
    ? { content: { 'application/json': { schema: jsonSchema(entry.reply, 'output') } } }
    : {};
  return {
    summary: entry.summary,
    'x-needs': entry.needs,
    ...(entry.needs === 'public' ? { security: [] } : {}),
    ...(entry.needs === 'self' ? { security: [{ session: [] }] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(content ? { requestBody: { required: true, content } } : {}),
    responses: {
      [status]: { description: status === '204' ? 'Done.' : 'What is so now.', ...answer },
      default: {
        description: 'A problem.',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  };
}

export function openApi(routes: readonly Route[], server: string): Json {
  const paths: Record<string, Json> = {};
  for (const entry of routes) {
    if (entry.isPage) continue;
    const path = entry.path.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][entry.method.toLowerCase()] = operation(entry);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Deltapad', version: '1' },
    servers: [{ url: server }],
    security: [{ session: [] }, { token: [] }, { basic: [] }],
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'deltapad',
          description:
            'The cookie that POST /api/v1/session (a guest) or /api/v1/account/sign-in answers with; its name begins with __Host- behind https.',
        },
        token: { type: 'http', scheme: 'bearer', description: 'An API token, dp_….' },
        basic: {
          type: 'http',
          scheme: 'basic',
          description: 'An API token as the password; any name.',
        },
      },
    },
  };
}
