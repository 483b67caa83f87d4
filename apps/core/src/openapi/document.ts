import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { cleanupOpenApiDoc } from 'nestjs-zod';
import { api, describedModel } from '../rest';
import { describeRefusals } from './common-answers';
import { nameModels } from './models';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** Harbor's document has a trailing slash here, and nowhere else. */
const collectionWithSlash = '/projects/{project_name_or_id}/metadatas';

/** The management API as its controllers and schemas describe it: operations, tags and models named as in Harbor's. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('Breakwater management API')
    .setDescription('Works with clients of the Harbor API v2.0.')
    .setVersion('2.0')
    .addServer(`/${api}`)
    .addBasicAuth()
    .addSecurityRequirements('basic')
    .addSecurityRequirements({} as never)
    .build();
  const { paths, components, ...rest } = cleanupOpenApiDoc(SwaggerModule.createDocument(app, settings));
  const named = nameModels({ paths: withoutBase(paths), schemas: described(components?.schemas ?? {}) });
  return describeRefusals({
    ...rest,
    paths: named.paths,
    components: { ...components, schemas: named.schemas },
  });
}

function described(schemas: Schemas): Schemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      (describedModel(name) as Schemas[string] | undefined) ?? schema,
    ]),
  );
}

/** Routes outside `/api/v2.0` are no part of it. */
function withoutBase(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const own = Object.entries(paths).filter(([path]) => path.startsWith(`/${api}/`));
  const short = own
    .map(([path, item]) => [path.slice(api.length + 1), item] as const)
    .map(([path, item]) => [path === collectionWithSlash ? `${path}/` : path, item]);
  return Object.fromEntries(short) as OpenAPIObject['paths'];
}
