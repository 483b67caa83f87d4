import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Answer } from './http';

interface Operation {
  id: string;
  method: string;
  path: RegExp;
  /** Its parameters: of two paths that fit, the one with fewer is meant. */
  parameters: number;
  responses: Record<string, Response>;
}

interface Response {
  headers?: object;
}

interface Described {
  operationId: string;
  responses: Record<string, Response | { $ref: string }>;
}

const document = JSON.parse(readFileSync(resolve(__dirname, '../../../../docs/api/core.openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Described>>;
  components: { responses: Record<string, Response> };
};

const operations: Operation[] = Object.entries(document.paths)
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, responses }]) => ({
      id: operationId,
      method: method.toUpperCase(),
      path: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
      parameters: path.split('{').length - 1,
      responses: Object.fromEntries(
        Object.entries(responses).map(([status, response]) => [status, resolved(response)]),
      ),
    })),
  )
  .sort((a, b) => a.parameters - b.parameters);

function resolved(response: Response | { $ref: string }): Response {
  if (!('$ref' in response)) return response;
  const name = response.$ref.split('/').at(-1) ?? '';
  const shared = document.components.responses[name];
  if (!shared) throw new Error(`the OpenAPI document refers to ${response.$ref}, which it does not have`);
  return shared;
}

/** Operations that succeeded in the test that runs; undefined outside of `itCovers`. */
let succeeded: Set<string> | undefined;

/** Told of every answer of the management API. In `itCovers` one that the OpenAPI document does not describe is an error. */
export function observe(method: string, path: string, answer: Answer): void {
  if (!succeeded) return;
  const [plain = ''] = path.split('?');
  const operation = operations.find((candidate) => candidate.method === method && candidate.path.test(plain));
  if (!operation) throw new Error(`${method} ${plain} is in no OpenAPI document`);
  assertDescribed(operation, answer);
  if (answer.status < 300) succeeded.add(operation.id);
}

function assertDescribed({ id, responses }: Operation, { status, headers, text }: Answer): void {
  const response = responses[status];
  if (!response) throw new Error(`${id} answers ${status}, which is not documented: ${text}`);
  // Link is there only where there is another page.
  const wanted = ['X-Request-Id', ...Object.keys(response.headers ?? {})].filter((name) => name !== 'Link');
  const missing = wanted.filter((name) => headers[name.toLowerCase()] === undefined);
  if (missing.length > 0) throw new Error(`${id} answers ${status} without ${missing.join(', ')}`);
}

/**
 * A test of what these operations do, seen from outside. It fails when one of them was not called with success, so that
 * the list of what is covered (tools/checks/front-door.mjs reads it) tells the truth.
 */
export function itCovers(ids: string[], title: string, test: () => Promise<void>): void {
  it(title, async () => {
    succeeded = new Set();
    try {
      await test();
      const missed = ids.filter((id) => !succeeded?.has(id));
      if (missed.length > 0) throw new Error(`the test covers ${missed.join(', ')} and never called it with success`);
    } finally {
      succeeded = undefined;
    }
  });
}
