import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiParam, ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';
import { ZodSerializerDto, type ZodDto } from 'nestjs-zod';
import { describeInput, describeOutput } from './described-models';
import { ErrorsDto } from './errors.dto';

type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 412 | 415 | 422;

/** An operation of the management API, named and tagged as clients generated from Harbor's document know it. */
interface Operation {
  id: string;
  tag: string;
  summary: string;
  /** Statuses of refusals; 500 is in every operation. */
  errors?: readonly ErrorStatus[];
}

const requestId = {
  name: 'X-Request-Id',
  required: false,
  description: 'An unique ID for the request',
  schema: { type: 'string', minLength: 1 },
} as const;
const headers = {
  requestId: { 'X-Request-Id': { description: 'The ID of the request', schema: { type: 'string' } } },
  list: {
    'X-Total-Count': { description: 'The number of rows of all pages', schema: { type: 'integer' } },
    Link: { description: 'The previous and the next page', schema: { type: 'string' } },
  },
  location: { Location: { description: 'Where the created resource is', schema: { type: 'string' } } },
} as const satisfies Record<string, ApiResponseOptions['headers']>;

/** Metadata of a handler: the name of its operation. */
export const OPERATION_ID = 'core:operation-id';

export function Operation({ id, tag, summary, errors = [] }: Operation): MethodDecorator {
  return applyDecorators(
    describeParameters,
    SetMetadata(OPERATION_ID, id),
    ApiOperation({ operationId: id, tags: [tag], summary }),
    ApiHeader(requestId),
    ...[...errors, 500].map((status) =>
      ApiResponse({ status, description: String(status), type: outputOf(ErrorsDto), headers: headers.requestId }),
    ),
  );
}

/** 200 with one object, checked and described by its schema. */
export function Returns(dto: ZodDto): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    ZodSerializerDto(dto),
    ApiResponse({ status: 200, description: 'Success', type: outputOf(dto) }),
  );
}

/** 200 with the rows of a `Page`, checked and described by the schema of one. */
export function ReturnsList(dto: ZodDto): MethodDecorator {
  const described = ApiResponse({ status: 200, description: 'Success', type: [outputOf(dto)], headers: headers.list });
  return applyDecorators(HttpCode(200), ZodSerializerDto([dto]), described);
}

/** 200 with rows that nobody counts; `Link` leads to the next ones. */
export function ReturnsSlice(dto: ZodDto): MethodDecorator {
  const described = { Link: { ...headers.list.Link, description: 'The next rows, when there may be more' } };
  return applyDecorators(
    HttpCode(200),
    ZodSerializerDto([dto]),
    ApiResponse({ status: 200, description: 'Success', type: [outputOf(dto)], headers: described }),
  );
}

/** 200 with rows that come without pages. */
export function ReturnsAll(dto: ZodDto): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    ZodSerializerDto([dto]),
    ApiResponse({ status: 200, description: 'Success', type: [outputOf(dto)] }),
  );
}

/** 200 without a body. */
export function ReturnsNothing(): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    ApiResponse({ status: 200, description: 'Success', headers: headers.requestId }),
  );
}

/** 201, with what was created or without a body; the handler sets Location. */
export function ReturnsCreated(dto?: ZodDto): MethodDecorator {
  const described = { status: 201, description: 'Created', headers: { ...headers.requestId, ...headers.location } };
  if (!dto) return applyDecorators(HttpCode(201), ApiResponse(described));
  return applyDecorators(HttpCode(201), ZodSerializerDto(dto), ApiResponse({ ...described, type: outputOf(dto) }));
}

/** For operations on `{project_name_or_id}`. */
export function ResourceNameHeader(): MethodDecorator {
  return ApiHeader({
    name: 'X-Is-Resource-Name',
    required: false,
    description: 'true: the path holds a name even when it is all digits',
    schema: { type: 'boolean', default: false },
  });
}

const stringMap = { type: 'object', additionalProperties: { type: 'string' } } as const;

/** A body that is a map of strings: nestjs-zod describes objects only. */
export function StringMapBody(): MethodDecorator {
  return ApiBody({ schema: stringMap });
}

/** 200 with a map of strings. */
export function ReturnsStringMap(): MethodDecorator {
  return applyDecorators(HttpCode(200), ApiResponse({ status: 200, description: 'Success', schema: stringMap }));
}

const parameters = {
  project_name_or_id: 'The name or id of the project',
  project_name: 'The name of the project',
  repository_name: 'The name of the repository without its project, URL-encoded twice: a/b is a%252Fb',
  reference: 'A digest, or a tag',
} as const;

/** Describes those parameters of the path that handlers do not read themselves. */
export function PathParameters(...names: (keyof typeof parameters)[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...names.map((name) => ApiParam({ name, description: parameters[name], schema: { type: 'string' } })),
  );
}

/** TypeScript notes the types of a method's parameters before its decorators run. */
const describeParameters: MethodDecorator = (target, key) => {
  for (const type of (Reflect.getMetadata('design:paramtypes', target, key) as unknown[] | undefined) ?? [])
    describeInput(type);
};

/** The answers' side of a schema: what transforms make of it. */
function outputOf(dto: ZodDto): ZodDto {
  describeOutput(dto);
  return (dto as ZodDto & { Output: ZodDto }).Output;
}
