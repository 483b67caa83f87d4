import type { ManifestPush } from '@breakwater/artifacts';
import { AppError, isTag, type Reference } from '@breakwater/kernel';
import { CONFIG } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { Actors } from '../auth/actors';
import { preconditions } from '../http/conditions';
import { readBody } from '../http/request-body';
import type { RepositoryCall } from '../http/route';
import { TargetProjects } from '../http/target-projects';

/** More in one push would not fit a URL. */
const maxTags = 100;

/** Turns the request of a manifest push into what the domain takes. */
@Injectable()
export class ManifestRequests {
  constructor(
    private readonly actors: Actors,
    private readonly projects: TargetProjects,
    @Inject(CONFIG) private readonly config: { MAX_MANIFEST_BYTES: number },
  ) {}

  async push(call: RepositoryCall, reference: Reference): Promise<ManifestPush> {
    const { request, reply, repository } = call;
    const tags = extraTags(reference, (request.query as { tag?: string | string[] }).tag);
    const { projectId } = await this.projects.target(repository);
    return {
      projectId,
      repository: repository.full,
      reference,
      tags,
      contentType: request.headers['content-type'],
      payload: await readBody(request, reply, this.config.MAX_MANIFEST_BYTES),
      actor: this.actors.of(call),
      condition: preconditions(request),
    };
  }
}

/** distribution-spec "Pushing manifests with tags": only a push by digest takes them. Throws TAG_INVALID or TOO_MANY_TAGS. */
function extraTags(reference: Reference, query: string | string[] | undefined): string[] {
  if (query === undefined) return [];
  const tags = [...new Set([query].flat())];
  if (reference.kind === 'tag') throw new AppError('TAG_INVALID', 'the tag parameter goes with a push by digest');
  if (tags.length > maxTags)
    throw new AppError('TOO_MANY_TAGS', `at most ${maxTags} tags in one push, got ${tags.length}`);
  const invalid = tags.find((tag) => !isTag(tag));
  if (invalid !== undefined) throw new AppError('TAG_INVALID', `invalid tag: ${invalid.slice(0, 130)}`);
  return tags;
}
