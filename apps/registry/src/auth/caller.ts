import {
  anonymous,
  can,
  principalName,
  registryActions,
  trustPass,
  type Principal,
  type RegistryAction,
  type TrustPass,
} from '@breakwater/access';
import type { RepositoryName } from '@breakwater/kernel';
import type { LimitedPrincipal } from '@breakwater/platform';
import type { KnownProjectFacts } from '@breakwater/projects';
import type { VerifiedToken } from '@breakwater/tokens';

/** Who sent the request, and what they may do here. */
export interface Caller {
  name: string;
  principal: LimitedPrincipal;
  may(action: RegistryAction, repository: RepositoryName): Promise<boolean>;
  mayReadCatalog(): boolean;
  /** How far past the trust policy of the project they may pull. */
  pass(repository: RepositoryName): Promise<TrustPass | undefined>;
  /** `ask`: the token was made without a word on that repository; another one may say more. */
  mayMountFrom(repository: RepositoryName): Promise<'yes' | 'no' | 'ask'>;
}

/** A bearer token carries its rights with it. */
export class TokenCaller implements Caller {
  readonly name: string;
  readonly principal: LimitedPrincipal;

  constructor(
    private readonly token: VerifiedToken,
    private readonly projects: KnownProjectFacts,
  ) {
    this.name = token.subject || 'anonymous';
    this.principal = token.principal;
  }

  may(action: RegistryAction, repository: RepositoryName): Promise<boolean> {
    return Promise.resolve(this.grants('repository', repository.full, action));
  }

  mayReadCatalog(): boolean {
    return this.grants('registry', 'catalog', '*');
  }

  pass({ full }: RepositoryName): Promise<TrustPass | undefined> {
    return Promise.resolve(this.token.passes[full]);
  }

  async mayMountFrom(repository: RepositoryName): Promise<'yes' | 'no' | 'ask'> {
    if (this.grants('repository', repository.full, 'pull')) return 'yes';
    // What anyone may pull needs no word in the token.
    const facts = await this.projects.find(repository.project, anonymous);
    if (facts && registryActions(anonymous, facts).includes('pull')) return 'yes';
    // A scope that was asked for and refused is in the token, without actions.
    return this.entries('repository', repository.full).length > 0 ? 'no' : 'ask';
  }

  private grants(type: string, name: string, action: string): boolean {
    return this.entries(type, name).some(({ actions }) => actions.includes(action));
  }

  private entries(type: string, name: string): VerifiedToken['access'] {
    return this.token.access.filter((entry) => entry.type === type && entry.name === name);
  }
}

/** Plain Basic authentication, without a token: rights are looked up. */
export class PrincipalCaller implements Caller {
  readonly name: string;

  constructor(
    readonly principal: Principal,
    private readonly projects: KnownProjectFacts,
  ) {
    this.name = principalName(principal);
  }

  async may(action: RegistryAction, repository: RepositoryName): Promise<boolean> {
    const facts = await this.projects.find(repository.project, this.principal);
    return registryActions(this.principal, facts).includes(action);
  }

  mayReadCatalog(): boolean {
    return can(this.principal, 'catalog:read');
  }

  async pass(repository: RepositoryName): Promise<TrustPass | undefined> {
    return trustPass(this.principal, await this.projects.find(repository.project, this.principal));
  }

  async mayMountFrom(repository: RepositoryName): Promise<'yes' | 'no'> {
    return (await this.may('pull', repository)) ? 'yes' : 'no';
  }
}
