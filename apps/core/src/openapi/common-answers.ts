import type { OpenAPIObject } from '@nestjs/swagger';

type Item = OpenAPIObject['paths'][string];
type Operation = NonNullable<Item['get']>;
type Responses = NonNullable<NonNullable<OpenAPIObject['components']>['responses']>;
type Header = { description: string; schema: { type: string } };

const requestId: Record<string, Header> = {
  'X-Request-Id': { description: 'The ID of the request', schema: { type: 'string' } },
};
const retryAfter: Record<string, Header> = {
  'Retry-After': { description: 'Seconds until it may be tried again', schema: { type: 'string' } },
};

/** Every refusal is told in the same envelope, whatever the operation answers otherwise. */
const refusals = {
  400: refusal('BadRequest', 'The request is malformed, or asks for what cannot be'),
  401: refusal('Unauthorized', 'Credentials are missing or wrong'),
  403: refusal(
    'Forbidden',
    'Not permitted; or the request carries a session and no CSRF token, or everything is read-only',
  ),
  404: refusal('NotFound', 'There is no such thing'),
  405: refusal('MethodNotAllowed', 'Not possible here'),
  409: refusal('Conflict', 'Something like it is there already, or is under way'),
  412: refusal('PreconditionFailed', 'The state of things does not allow it'),
  413: refusal('ContentTooLarge', 'The body is too large'),
  414: refusal('UriTooLong', 'The address is too long'),
  415: refusal('UnsupportedMediaType', 'The body is not application/json'),
  422: refusal('UnprocessableEntity', 'A parameter or the body is not of the shape described'),
  429: refusal('TooManyRequests', 'Too many requests, or too many failed sign-ins', retryAfter),
  500: refusal('InternalServerError', 'A fault of the server'),
  503: refusal('ServiceUnavailable', 'Something that the server needs is away'),
} as const;

/** The bodies that fit into no request: any of these methods may bring one, and change something. */
const writes: ReadonlySet<string> = new Set(['post', 'put', 'patch', 'delete']);

/**
 * Names what an operation may answer because of how all requests are let in: sign-in throttling and rate limits, bodies,
 * CSRF, read-only mode, parameters that are checked, and things in its path that may not be there. Its own decorator
 * names the rest.
 */
export function describeRefusals({ paths, components, ...rest }: OpenAPIObject): OpenAPIObject {
  const described = Object.entries(paths).map(([path, item]) => [path, describeItem(path, item)]);
  return {
    ...rest,
    paths: Object.fromEntries(described) as OpenAPIObject['paths'],
    components: { ...components, responses: sharedResponses() },
  };
}

function describeItem(path: string, item: Item): Item {
  const operations = Object.entries(item as Record<string, Operation>).map(([method, operation]) => {
    const own = Object.entries(operation.responses);
    const statuses = new Set([
      ...own.map(([status]) => Number(status)).filter(isRefusal),
      ...common(path, method, operation),
    ]);
    const answers = own.filter(([status]) => !isRefusal(Number(status)));
    const refused = [...statuses]
      .sort()
      .map((status) => [status, { $ref: `#/components/responses/${refusals[status].name}` }]);
    return [
      method,
      { ...operation, responses: Object.fromEntries([...answers, ...refused]) as Operation['responses'] },
    ];
  });
  return Object.fromEntries(operations) as Item;
}

type Refusal = keyof typeof refusals;

const isRefusal = (status: number): status is Refusal => status in refusals;

function common(path: string, method: string, operation: Operation): Refusal[] {
  const parameters = (operation.parameters ?? []).flatMap((parameter) => ('name' in parameter ? [parameter] : []));
  const isChecked = operation.requestBody !== undefined || parameters.some(isCheckedParameter);
  const hasText = parameters.some(isText);
  return [
    401,
    429,
    500,
    503,
    ...(hasText ? ([400] as const) : []),
    ...(isChecked ? ([422] as const) : []),
    ...(path.includes('{') ? ([404, 414] as const) : []),
    ...(parameters.some((parameter) => parameter.in === 'query') ? ([414] as const) : []),
    ...(writes.has(method) ? ([400, 403, 413, 415] as const) : []),
  ];
}

/** Some texts are parsed further, like `q`, and none may hold a NUL, which Postgres does not store. */
function isText({ in: place, schema }: { in: string; schema?: object }): boolean {
  return (
    place !== 'header' && schema !== undefined && 'type' in schema && schema.type === 'string' && !('enum' in schema)
  );
}

/** Of a path's parameters some are any text, and are looked up as they are. */
function isCheckedParameter({ in: place, schema }: { in: string; schema?: object }): boolean {
  const rules = Object.entries(schema ?? {}).filter(([key, value]) => !(key === 'type' && value === 'string'));
  return place === 'query' || (place === 'path' && rules.length > 0);
}

function refusal(name: string, description: string, headers: Record<string, Header> = {}) {
  return { name, description, headers: { ...requestId, ...headers } };
}

function sharedResponses(): Responses {
  const schema = { $ref: '#/components/schemas/Errors' };
  const named = Object.values(refusals).map(({ name, description, headers }) => [
    name,
    { description, headers, content: { 'application/json': { schema } } },
  ]);
  return Object.fromEntries(named) as Responses;
}
