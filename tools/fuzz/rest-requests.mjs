import { mutateText, nasty, word } from './texts.mjs';
import { mutateValue } from './values.mjs';

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'];

/** The operations of an OpenAPI document, with its references resolved as far as they are needed. */
export function operationsOf(document) {
  const resolve = (item) => (item?.$ref ? resolve(at(document, item.$ref)) : item);
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    methods
      .filter((method) => operations[method])
      .map((method) => {
        const operation = operations[method];
        const parameters = [...(operations.parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
        const schema = resolve(operation.requestBody)?.content?.['application/json']?.schema;
        return { method: method.toUpperCase(), path, parameters, schema, resolve };
      }),
  );
}

const at = (document, reference) =>
  reference
    .slice(2)
    .split('/')
    .reduce((found, key) => found?.[key], document);

/** A value that a schema describes; depth bounds schemas that hold themselves. */
function sample(random, schema, { resolve, depth = 5 }) {
  const found = resolve(schema) ?? {};
  const inner = { resolve, depth: depth - 1 };
  const variants = found.oneOf ?? found.anyOf;
  if (variants) return sample(random, random.pick(variants), inner);
  if (found.allOf) return Object.assign({}, ...found.allOf.map((part) => sample(random, part, inner)));
  if (found.enum) return random.pick(found.enum);
  const type = found.properties ? 'object' : [found.type].flat()[0];
  return (samplers[type] ?? sampleText)(random, found, inner);
}

const samplers = {
  object: sampleObject,
  array: (random, { items }, inner) => (inner.depth < 0 ? [] : [sample(random, items, inner)]),
  integer: (random) => random.pick([0, 1, 2, 5, -1, 30]),
  number: (random) => random.pick([0, 1.5, -1]),
  boolean: (random) => random.chance(0.5),
};

function sampleText(random) {
  return random.pick([word(random), 'fuzz', 'admin', 'Passw0rd', 'project', 'pull', 'repository']);
}

function sampleObject(random, schema, inner) {
  if (inner.depth < 0) return {};
  const required = new Set(schema.required);
  const chosen = Object.entries(schema.properties ?? {}).filter(([key]) => required.has(key) || random.chance(0.6));
  return Object.fromEntries(chosen.map(([key, value]) => [key, sample(random, value, inner)]));
}

function pathValue(random, state, name) {
  const known = {
    project_name: state.repositories[0].split('/')[0],
    project_name_or_id: random.pick([state.repositories[0].split('/')[0], '1', '2']),
    repository_name: encodeURIComponent(encodeURIComponent(state.repositories[1].split('/').slice(1).join('/'))),
    reference: random.pick(state.digests) ?? random.pick(state.tags) ?? 'latest',
    tag_name: random.pick(state.tags) ?? 'latest',
  };
  const good = known[name] ?? String(random.int(1, 5));
  return random.weighted([
    [8, good],
    [1, encodeURIComponent(random.pick(nasty))],
    [1, mutateText(random, good)],
  ]);
}

function queryOf(random, operation) {
  const q = ['name=~a', 'name=[1~5]', 'tags=nil', 'labels=(1 2)', 'name={a b}', 'push_time=[2020-01-01~]', ...nasty];
  const pairs = operation.parameters
    .filter(({ in: place }) => place === 'query' && random.chance(0.3))
    .map(({ name, schema }) => {
      const good = name === 'q' ? random.pick(q) : sample(random, schema, operation);
      return `${name}=${encodeURIComponent(random.chance(0.7) ? good : random.pick(nasty))}`;
    });
  if (random.chance(0.05)) pairs.push(...pairs, `${random.pick(nasty)}=${random.pick(nasty)}`);
  return pairs.length ? `?${pairs.join('&')}` : '';
}

/** A password that is known may not change under the run's feet, and the project must stay and take what is pushed. */
const spared = [
  /^\S+ \/users\/\{user_id\}\/(password|sysadmin)$/,
  /^\S+ \/configurations$/,
  /^DELETE \/projects\/\{project_name_or_id\}$/,
  /^POST \/projects\/\{project_name_or_id\}\/deletions$/,
  /^PUT \/projects\/\{project_name_or_id\}\/trust-policy$/,
];
const isSpared = ({ method, path }) => spared.some((pattern) => pattern.test(`${method} ${path}`));

/** A request to the management API by its own description. */
export function restRequest(random, state, operations) {
  const operation = random.pick(operations.filter((one) => !isSpared(one)));
  const filled = operation.path.replace(/\{(\w+)\}/g, (_, name) => pathValue(random, state, name));
  const path = `/api/v2.0${filled}${queryOf(random, operation)}`;
  const headers = [
    ['Content-Type', random.chance(0.9) ? 'application/json' : random.pick(['text/plain', ...nasty])],
    ['X-Is-Resource-Name', random.pick(['true', 'false', 'x'])],
    ['Accept-Language', random.pick(nasty)],
  ].filter(() => random.chance(0.7));
  return { method: operation.method, path, headers, body: bodyOf(random, state, operation) };
}

function bodyOf(random, state, operation) {
  if (!operation.schema) return random.chance(0.1) ? Buffer.from(random.pick(nasty)) : undefined;
  let value = sample(random, operation.schema, operation);
  for (let harm = random.int(0, 2); harm > 0; harm--) value = mutateValue(random, state, value);
  const text = JSON.stringify(value) ?? '';
  return Buffer.from(random.chance(0.1) ? mutateText(random, text) : text);
}

/** A request to the token service. */
export function tokenRequest(random, state) {
  const scope = () =>
    random.weighted([
      [5, `repository:${random.pick(state.repositories)}:pull,push`],
      [1, 'registry:catalog:*'],
      [1, `repository(plugin):${word(random)}/${word(random)}:*`],
      [2, mutateText(random, `repository:${random.pick(state.repositories)}:pull`)],
      [1, random.pick(nasty)],
    ]);
  const scopes = Array.from({ length: random.pick([0, 1, 2, 50]) }, () => `scope=${encodeURIComponent(scope())}`);
  const service = `service=${random.pick(['harbor-registry', 'harbor-registry', 'harbor-notary', ...nasty])}`;
  const path = `/service/token?${[service, ...scopes, 'account=x'].join('&')}`;
  return { method: random.pick(['GET', 'GET', 'GET', 'POST', 'HEAD']), path, headers: [] };
}
