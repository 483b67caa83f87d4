import { AppError } from '../errors';
import { excerpt } from '../excerpt';

/** One resource and what is asked on it: `repository:library/app:pull,push`. */
export interface Scope {
  type: string;
  /** `plugin` in `repository(plugin):…`; deprecated, granted as without. */
  class?: string;
  name: string;
  actions: string[];
}

/** A token names at most so many resources; docker asks for two. */
const MAX_SCOPES = 100;

/* distribution "Docker Registry Token Authentication", resource scope grammar; `scanner-pull` brings the hyphen. */
const RESOURCE_TYPE = /^([a-z0-9]+)(?:\(([a-z0-9]+)\))?$/;
const RESOURCE_NAME = /^[!-~]{1,512}$/;
const ACTIONS = /^(?:[a-z-]*|\*)(?:,(?:[a-z-]*|\*))*$/;

/**
 * The scopes of a token request, each value holding any number of them with spaces between. Scopes on the same
 * resource become one. Throws BAD_REQUEST.
 */
export function parseScopes(values: string[]): Scope[] {
  const scopes = new Map<string, Scope>();
  for (const text of values.flatMap((value) => value.split(' '))) {
    if (text === '') continue;
    const scope = parseScope(text);
    const resource = formatResource(scope);
    const actions = new Set([...(scopes.get(resource)?.actions ?? []), ...scope.actions]);
    scopes.set(resource, { ...scope, actions: [...actions] });
    if (scopes.size > MAX_SCOPES) throw new AppError('BAD_REQUEST', `more than ${MAX_SCOPES} scopes`);
  }
  return [...scopes.values()];
}

export function formatScope(scope: Scope): string {
  return `${formatResource(scope)}:${scope.actions.join(',')}`;
}

function formatResource(scope: Scope): string {
  return `${scope.type}${scope.class === undefined ? '' : `(${scope.class})`}:${scope.name}`;
}

/** A name may hold a colon (`host:5000/app`): it stands between the first colon and the last. */
function parseScope(text: string): Scope {
  const first = text.indexOf(':');
  const last = text.lastIndexOf(':');
  const name = text.slice(first + 1, last);
  const actions = text.slice(last + 1);
  const [, type, scopeClass] = RESOURCE_TYPE.exec(text.slice(0, first)) ?? [];
  if (first === last || type === undefined || !RESOURCE_NAME.test(name) || !ACTIONS.test(actions)) {
    throw new AppError('BAD_REQUEST', `invalid scope ${excerpt(text)}: expected <type>:<name>:<action>,…`);
  }
  const kind = scopeClass === undefined ? { type } : { type, class: scopeClass };
  return { ...kind, name, actions: actions.split(',').filter((action) => action !== '') };
}
