import { can, registryActions, trustPass, type Principal, type ProjectFacts, type TrustPass } from '@breakwater/access';
import {
  hostOfGun,
  isRepositoryName,
  parseRepositoryName,
  repositoryOfGun,
  type RepositoryName,
  type Scope,
} from '@breakwater/kernel';
import { KnownProjectFacts } from '@breakwater/projects';
import type { TokenAccess } from '@breakwater/tokens';
import { Injectable } from '@nestjs/common';

export interface GrantedAccess {
  access: TokenAccess[];
  projects: ProjectFacts[];
  /** How far past trust policies the bearer pulls, of the repositories that they may pull. */
  passes: Record<string, TrustPass>;
}

/** For whom a token is, and the names of this platform that may stand before a repository in those of trust data. */
export interface TokenPurpose {
  audience: string;
  hosts: readonly string[];
}

interface Asked {
  /** As the token names it. */
  type: string;
  scope: Scope;
  /** Undefined when the scope is about something else, or about a name that no repository can have. */
  repository: RepositoryName | undefined;
}

/** What of the scopes asked for a token may carry (decision 17: requested ∩ allowed). */
@Injectable()
export class TokenScopes {
  constructor(private readonly projects: KnownProjectFacts) {}

  async grant(principal: Principal, scopes: readonly Scope[], purpose: TokenPurpose): Promise<GrantedAccess> {
    const asked = scopes.flatMap((scope) => readings(scope, purpose));
    const facts = new Map<string, ProjectFacts>();
    for (const name of projectsIn(asked)) {
      const project = await this.projects.find(name, principal);
      if (project) facts.set(name, project);
    }
    return decide(principal, asked, facts);
  }

  /** The same for the registry, without asking anybody; undefined when a project is not remembered, or not there. */
  recall(principal: Principal, scopes: readonly Scope[]): GrantedAccess | undefined {
    const asked = scopes.flatMap((scope) => readings(scope, { audience: 'harbor-registry', hosts: [] }));
    const facts = new Map<string, ProjectFacts>();
    for (const name of projectsIn(asked)) {
      const project = this.projects.recall(name, principal);
      if (!project) return undefined;
      facts.set(name, project);
    }
    return decide(principal, asked, facts);
  }
}

function projectsIn(asked: readonly Asked[]): Set<string> {
  return new Set(asked.flatMap(({ repository }) => repository?.project ?? []));
}

function decide(
  principal: Principal,
  asked: readonly Asked[],
  facts: ReadonlyMap<string, ProjectFacts>,
): GrantedAccess {
  const access = asked.map(({ type, scope, repository }) => {
    const actions = repository
      ? repositoryActions(scope, principal, facts.get(repository.project))
      : catalogActions(scope, principal);
    return { type, name: scope.name, actions };
  });
  return { access, projects: projectsReached(asked, access, facts), passes: passesOf(principal, asked, access, facts) };
}

function passesOf(
  principal: Principal,
  asked: readonly Asked[],
  access: readonly TokenAccess[],
  facts: ReadonlyMap<string, ProjectFacts>,
): Record<string, TrustPass> {
  const passes = asked.flatMap(({ type, repository }, index) => {
    const mayPull = type === 'repository' && access[index]?.actions.includes('pull');
    const pass = repository && mayPull ? trustPass(principal, facts.get(repository.project)) : undefined;
    return repository && pass ? [[repository.full, pass] as const] : [];
  });
  return Object.fromEntries(passes);
}

/** Of others nothing is said: whoever reads the token would learn that they are there. */
function projectsReached(
  asked: readonly Asked[],
  access: readonly TokenAccess[],
  facts: ReadonlyMap<string, ProjectFacts>,
): ProjectFacts[] {
  const names = asked.flatMap(({ repository }, index) =>
    repository && access[index]?.actions.length ? [repository.project] : [],
  );
  return [...new Set(names)].flatMap((name) => facts.get(name) ?? []);
}

/**
 * What a scope may mean. Clients of trust data name a host before the repository. Those that found the trust server at
 * the registry's own origin ask for a token of the registry's, and there such a name may as well be a repository of a
 * project that is called like the host: the two are granted apart, and neither stands for the other.
 */
function readings(scope: Scope, { audience, hosts }: TokenPurpose): Asked[] {
  const { type, name } = scope;
  if (type !== 'repository') return [{ type, scope, repository: undefined }];
  const trusted = { type, scope, repository: repositoryOfGun(name, hosts) };
  if (audience === 'harbor-notary') return [trusted];
  const plain = { type, scope, repository: isRepositoryName(name) ? parseRepositoryName(name) : undefined };
  return hostOfGun(name, hosts) === undefined ? [plain] : [plain, { ...trusted, type: 'trust' }];
}

function repositoryActions(scope: Scope, principal: Principal, project: ProjectFacts | undefined): string[] {
  const allowed: string[] = registryActions(principal, project);
  // Clients of trust data ask for `*` and want to see it when they may do all.
  if (allowed.length === 3) allowed.push('*');
  return scope.actions.includes('*') ? allowed : allowed.filter((action) => scope.actions.includes(action));
}

/** Of everything that is no repository, only the catalog can be granted. */
function catalogActions({ type, name, actions }: Scope, principal: Principal): string[] {
  const isCatalog = type === 'registry' && name === 'catalog' && actions.includes('*');
  return isCatalog && can(principal, 'catalog:read') ? ['*'] : [];
}
