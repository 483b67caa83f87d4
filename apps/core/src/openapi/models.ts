import { isDeepStrictEqual } from 'node:util';
import type { OpenAPIObject } from '@nestjs/swagger';

type Json = null | boolean | number | string | Json[] | JsonObject;
interface JsonObject {
  [key: string]: Json;
}
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
interface Described {
  paths: OpenAPIObject['paths'];
  schemas: Schemas;
}

/** Marks a nested schema that is a model of its own: `schema.meta({ 'x-model': 'Tag' })`. */
const mark = 'x-model';
const prefix = '#/components/schemas/';

/**
 * Names the models as Harbor's document does, because clients are generated from it: `ProjectDto_Output` is `Project`,
 * and a nested schema that carries a mark becomes the model of that name.
 */
export function nameModels({ paths, schemas }: Described): Described {
  const models = new Map<string, JsonObject>();
  const visit = (node: Json): Json => {
    if (Array.isArray(node)) return node.map(visit);
    return typeof node === 'object' && node !== null ? hoist(visitMembers(node), models) : node;
  };
  const visitMembers = (node: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(node).map(([key, value]) => [key, key === '$ref' ? renamed(String(value)) : visit(value)]),
    );
  for (const [name, schema] of Object.entries(schemas)) {
    const { [mark]: _own, ...model } = visitMembers(schema as unknown as JsonObject);
    addModel(models, modelName(name), model);
  }
  const named = visitMembers(paths as unknown as JsonObject);
  const sorted = [...models].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    paths: named as unknown as OpenAPIObject['paths'],
    schemas: Object.fromEntries(sorted) as unknown as Schemas,
  };
}

/** A marked schema becomes a model; a reference to it stays, with what belongs to the place. */
function hoist({ [mark]: name, ...node }: JsonObject, models: Map<string, JsonObject>): Json {
  if (typeof name !== 'string') return node;
  const { nullable, description, ...model } = node;
  addModel(models, name, model);
  const reference = { $ref: prefix + name };
  // Beside $ref nothing else counts in OpenAPI 3.0.
  if (nullable === undefined && description === undefined) return reference;
  return {
    ...(nullable !== undefined && { nullable }),
    ...(description !== undefined && { description }),
    allOf: [reference],
  };
}

/** A shape has one name, in requests and answers: the model then tells what holds for both. */
function addModel(models: Map<string, JsonObject>, name: string, model: JsonObject): void {
  const known = models.get(name);
  models.set(name, known && !isDeepStrictEqual(known, model) ? both(name, known, model) : model);
}

/** Throws when they are two shapes that happen to be called the same: clients would be generated from either. */
function both(name: string, one: JsonObject, other: JsonObject): JsonObject {
  const [wide, narrow] =
    namesOf(one.properties).length >= namesOf(other.properties).length ? [one, other] : [other, one];
  const known = new Set(namesOf(wide.properties));
  if (!namesOf(narrow.properties).every((property) => known.has(property)))
    throw new Error(
      `two models are called ${name}: ${[...known].join(', ')} and ${namesOf(narrow.properties).join(', ')}`,
    );
  const { required: _either, ...rest } = { ...narrow, ...wide };
  const demanded = listOf(wide.required).filter((property) => listOf(narrow.required).includes(property));
  const properties = Object.fromEntries(
    Object.entries(objectOf(wide.properties)).map(([property, schema]) => {
      const second = objectOf(narrow.properties)[property];
      return [property, { ...objectOf(second), ...objectOf(schema) }];
    }),
  );
  return { ...rest, properties, ...(demanded.length > 0 && { required: demanded }) };
}

const objectOf = (node: Json | undefined): JsonObject =>
  typeof node === 'object' && node !== null && !Array.isArray(node) ? node : {};
const namesOf = (node: Json | undefined): string[] => Object.keys(objectOf(node));
const listOf = (node: Json | undefined): Json[] => (Array.isArray(node) ? node : []);

function modelName(className: string): string {
  return className.replace(/_Output$/, '').replace(/Dto$/, '');
}

function renamed(reference: string): string {
  return reference.startsWith(prefix) ? prefix + modelName(reference.slice(prefix.length)) : reference;
}
