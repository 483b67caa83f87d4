import { describeRefusals } from './common-answers';

const ok = { 200: { description: 'Success' } };
const query = (name: string) => ({ name, in: 'query', schema: { type: 'string' } });
const inPath = (schema: object) => ({ name: 'id', in: 'path', required: true, schema });

const { paths, components } = describeRefusals({
  paths: {
    '/ping': { get: { responses: ok } },
    '/things': {
      get: { parameters: [query('q')], responses: { ...ok, 412: { description: 'as its decorator says' } } },
      post: { requestBody: {}, responses: { 201: { description: 'Created' } } },
    },
    '/things/{id}': {
      get: { parameters: [inPath({ type: 'integer' })], responses: ok },
      delete: { parameters: [inPath({ type: 'string' })], responses: ok },
    },
  },
} as never);
const statusesOf = (path: string, method: 'get' | 'post' | 'delete') =>
  Object.keys(paths[path]?.[method]?.responses ?? {}).join(' ');

it('names what any request may be answered', () => {
  expect(statusesOf('/ping', 'get')).toBe('200 401 429 500 503');
  expect(statusesOf('/things', 'get')).toBe('200 400 401 412 414 422 429 500 503');
  expect(statusesOf('/things', 'post')).toBe('201 400 401 403 413 415 422 429 500 503');
});

it('has 404 for what a path names, and 422 for what of it is checked', () => {
  expect(statusesOf('/things/{id}', 'get')).toBe('200 401 404 414 422 429 500 503');
  expect(statusesOf('/things/{id}', 'delete')).toBe('200 400 401 403 404 413 414 415 429 500 503');
});

it('describes each refusal once, as an envelope with the ID of the request', () => {
  expect(paths['/ping']?.get?.responses).toMatchObject({
    200: ok[200],
    429: { $ref: '#/components/responses/TooManyRequests' },
  });
  expect(paths['/things']?.get?.responses).toMatchObject({
    412: { $ref: '#/components/responses/PreconditionFailed' },
  });
  expect(components?.responses?.TooManyRequests).toMatchObject({
    headers: { 'X-Request-Id': {}, 'Retry-After': {} },
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Errors' } } },
  });
});
