import type { ZodDto } from 'nestjs-zod';
import { z } from 'zod';

type JsonSchema = Record<string, unknown>;

/** Model name → how to describe it. Filled while the controllers' decorators run, read when the document is built. */
const models = new Map<string, () => JsonSchema>();

/** What requests may hold. */
export function describeInput(type: unknown): void {
  if (isDto(type)) models.set(type.name, () => describe(type, 'input'));
}

/** What answers hold, that is, what the schema's transforms make of it. */
export function describeOutput(dto: ZodDto): void {
  if (isDto(dto)) models.set(`${dto.name}_Output`, () => describe(dto, 'output'));
}

/**
 * The model in OpenAPI 3.0's dialect. Nest and nestjs-zod describe the same from JSON Schema's newest draft, and lose
 * what 3.0 says differently: a boolean or null becomes an array of booleans.
 */
export function describedModel(name: string): JsonSchema | undefined {
  return models.get(name)?.();
}

function isDto(type: unknown): type is ZodDto & { name: string; schema: z.ZodType } {
  return typeof type === 'function' && 'isZodDto' in type && type.isZodDto === true;
}

function describe({ schema }: { schema: z.ZodType }, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, {
    io,
    target: 'openapi-3.0',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => tidy(jsonSchema),
  });
  return described as JsonSchema;
}

/** The bounds of safe integers and the pattern of every date say nothing that `format` does not. */
function tidy(schema: JsonSchema): void {
  if (schema.minimum === -Number.MAX_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format === 'date-time') delete schema.pattern;
  // Objects drop what they do not know rather than refuse it.
  if (schema.additionalProperties === false) delete schema.additionalProperties;
}
