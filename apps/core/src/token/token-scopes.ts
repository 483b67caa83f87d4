import { can, registryActions, type Principal, type ProjectFacts } from '@breakwater/access';
import { isRepositoryName, parseRepositoryName, type RepositoryName, type Scope } from '@breakwater/kernel';
import { ProjectsService } from '@breakwater/projects';
import type { TokenAccess } from '@breakwater/tokens';
import { Injectable } from '@nestjs/common';

export interface GrantedAccess {
  access: TokenAccess[];
  projects: ProjectFacts[];
}

/** What of the scopes asked for a token may carry (decision 17: requested ∩ allowed). */
@Injectable()
export class TokenScopes {
  constructor(private readonly projects: ProjectsService) {}

  /** `hosts`: names of this platform that stand before a repository in the names of trust data. */
  async grant(principal: Principal, scopes: readonly Scope[], hosts: readonly string[]): Promise<GrantedAccess> {
    const repositories = new Map(scopes.map((scope) => [scope, repositoryOf(scope, hosts)]));
    const facts = await this.factsOf([...repositories.values()], principal);
    const access = scopes.map((scope) => {
      const repository = repositories.get(scope);
      const actions = repository
        ? repositoryActions(scope, principal, facts.get(repository.project))
        : catalogActions(scope, principal);
      return { type: scope.type, name: scope.name, actions };
    });
    return { access, projects: [...facts.values()] };
  }

  private async factsOf(
    repositories: (RepositoryName | undefined)[],
    principal: Principal,
  ): Promise<Map<string, ProjectFacts>> {
    const facts = new Map<string, ProjectFacts>();
    for (const name of new Set(repositories.map((repository) => repository?.project))) {
      const project = name === undefined ? undefined : await this.projects.knownFacts(name, principal);
      if (project) facts.set(project.name, project);
    }
    return facts;
  }
}

function repositoryOf({ type, name }: Scope, hosts: readonly string[]): RepositoryName | undefined {
  if (type !== 'repository') return undefined;
  const host = hosts.find((candidate) => name.startsWith(`${candidate}/`));
  const plain = host === undefined ? name : name.slice(host.length + 1);
  return isRepositoryName(plain) ? parseRepositoryName(plain) : undefined;
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
