import { ArtifactInventory } from '@breakwater/artifacts';
import { ImmutableTags } from '@breakwater/immutability';
import { SignedTags, type TagSignature } from '@breakwater/signed-tags';
import { Injectable } from '@nestjs/common';
import type { RetainedArtifact } from './candidates';
import { evaluate, type Verdict } from './evaluate';
import type { PolicyRow } from './retention-policies.repository';
import { rulesFor } from './retention-policy';

/** Holds what is in a repository against a policy. */
@Injectable()
export class RepositoryVerdicts {
  constructor(
    private readonly inventory: ArtifactInventory,
    private readonly immutable: ImmutableTags,
    private readonly signed: SignedTags,
  ) {}

  /** Repositories that the policy is about, with their project; what no rule picks is left as it is. */
  async repositories({ projectId, rules }: PolicyRow): Promise<string[]> {
    const names = await this.inventory.repositories(projectId);
    return names.filter((name) => rulesFor(rules, withoutProject(name)).length > 0);
  }

  /** Empty when no rule is about the repository, or nothing is in it. */
  async of(policy: PolicyRow, repository: string): Promise<Verdict[]> {
    const rules = rulesFor(policy.rules, withoutProject(repository));
    if (rules.length === 0) return [];
    const place = { projectId: policy.projectId, name: repository };
    const isImmutable = await this.immutable.of(place);
    const signatures = signaturesByTag(await this.signed.of(place));
    const artifacts = (await this.inventory.of(repository)).map(({ created, tags, ...artifact }): RetainedArtifact => ({
      ...artifact,
      creationTime: dateOf(created),
      tags: tags.map((tag) => ({
        ...tag,
        immutable: isImmutable?.(tag.name) ?? false,
        signedBy: signatures.get(tag.name) ?? null,
      })),
    }));
    return evaluate({ ...policy, rules }, artifacts, new Date());
  }
}

/** `v1 (registry.example.com/library/app, targets/releases)` */
function signaturesByTag(signed: readonly TagSignature[]): Map<string, string> {
  return new Map(signed.map(({ tag, gun, roles }) => [tag, `${tag} (${gun}, ${roles.join(' and ')})`]));
}

function withoutProject(repository: string): string {
  return repository.slice(repository.indexOf('/') + 1);
}

/** What an image's config says need not be a date. */
function dateOf(text: string | null): Date | null {
  const date = new Date(text ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}
