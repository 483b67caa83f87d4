import { nameModels } from './models';

describe('nameModels', () => {
  const { paths, schemas } = nameModels({
    paths: {
      '/projects': {
        get: {
          responses: {
            200: {
              description: '',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/ProjectDto_Output' } } },
            },
          },
        },
      },
    } as never,
    schemas: {
      ProjectDto_Output: {
        type: 'object',
        properties: {
          tags: {
            type: 'array',
            items: { type: 'object', properties: { name: { type: 'string' } }, 'x-model': 'Tag' },
          },
          parent: { type: 'object', nullable: true, description: 'The first', 'x-model': 'Tag' },
        },
      },
    } as never,
  });

  it('drops what the classes are called by only here', () => {
    expect(JSON.stringify(paths)).toContain('"#/components/schemas/Project"');
    expect(Object.keys(schemas)).toEqual(['Project', 'Tag']);
  });

  it('makes models of marked schemas, once, and keeps what belongs to the place', () => {
    expect(schemas).toMatchObject({
      Project: {
        properties: {
          tags: { items: { $ref: '#/components/schemas/Tag' } },
          parent: { nullable: true, description: 'The first', allOf: [{ $ref: '#/components/schemas/Tag' }] },
        },
      },
      Tag: { type: 'object', properties: { name: { type: 'string' } } },
    });
    expect(JSON.stringify(schemas)).not.toContain('x-model');
  });

  const target = (properties: object, required: string[] = []) => ({
    type: 'object',
    properties: { target: { type: 'object', properties, required, 'x-model': 'Target' } },
  });
  const named = (one: object, other: object) =>
    nameModels({ paths: {}, schemas: { OneDto: one, OtherDto: other } as never }).schemas;

  it('describes what requests and answers have in common as one model', () => {
    const answer = target({ address: { type: 'string' }, signed: { type: 'boolean' } }, ['address', 'signed']);
    const request = target({
      address: { type: 'string', nullable: true },
      signed: { type: 'boolean' },
      secret: { type: 'string' },
    });
    const model = {
      type: 'object',
      properties: {
        address: { type: 'string', nullable: true },
        signed: { type: 'boolean' },
        secret: { type: 'string' },
      },
    };
    expect(named(answer, request).Target).toEqual(model);
    expect(named(request, answer).Target).toEqual(model);
  });

  it('refuses two shapes of one name', () => {
    expect(() => named(target({ bytes: {} }), target({ total: {}, free: {} }))).toThrow('two models are called Target');
  });
});
