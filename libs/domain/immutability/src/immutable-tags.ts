import { CoherentCache, LeaseHolder } from '@breakwater/coherence';
import type { TagRule } from '@breakwater/contracts';
import { AppError, compileSelectors } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { ImmutableRulesRepository } from './immutable-rules.repository';

/** A repository with its project. */
export interface RepositoryOfProject {
  projectId: number;
  /** With the project: `library/nginx`. */
  name: string;
}

/** Whether a tag may neither be moved nor deleted. */
export type IsImmutable = (tag: string) => boolean;

interface CompiledRule {
  picksRepository: (name: string) => boolean;
  picksTag: IsImmutable;
}

const maxBytes = 16 * 1024 * 1024;
/** What a compiled rule takes, about: patterns are short. */
const ruleBytes = 4 * 1024;

/** Asks the rules of projects, kept while they are true (decision 13). */
@Injectable()
export class ImmutableTags {
  private readonly known: CoherentCache<readonly CompiledRule[]>;

  constructor(
    private readonly lease: LeaseHolder,
    private readonly rules: ImmutableRulesRepository,
  ) {
    this.known = new CoherentCache(lease, { maxBytes, sizeOf: (rules) => (1 + rules.length) * ruleBytes });
  }

  /** Of the repository's tags; undefined when no rule picks it. */
  async of(repository: RepositoryOfProject): Promise<IsImmutable | undefined> {
    const name = withoutProject(repository.name);
    const rules = (await this.rulesOf(repository.projectId)).filter(({ picksRepository }) => picksRepository(name));
    return rules.length === 0 ? undefined : (tag) => rules.some(({ picksTag }) => picksTag(tag));
  }

  /** Throws PRECONDITION when one of the tags may neither be moved nor deleted. */
  async assertMutable(repository: RepositoryOfProject, tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return;
    const tag = tags.find((await this.of(repository)) ?? never);
    if (tag === undefined) return;
    throw new AppError(
      'PRECONDITION',
      `Failed to process request due to '${repository.name}:${tag}' configured as immutable.`,
      {
        detail: { repository: repository.name, tag },
        reason: 'tag.immutable',
        params: { repository: repository.name, tag },
      },
    );
  }

  private async rulesOf(projectId: number): Promise<readonly CompiledRule[]> {
    const key = String(projectId);
    const known = this.known.get(key);
    if (known) return known;
    const ticket = this.lease.ticket(`project:${projectId}`);
    const rules = (await this.rules.enabled(projectId)).map(compile);
    this.known.set(key, rules, ticket);
    return rules;
  }
}

const never = (): boolean => false;

function compile(rule: TagRule): CompiledRule {
  return {
    picksRepository: compileSelectors(rule.scope_selectors.repository),
    picksTag: compileSelectors(rule.tag_selectors),
  };
}

/** Rules name repositories without their project. */
function withoutProject(repository: string): string {
  return repository.slice(repository.indexOf('/') + 1);
}
