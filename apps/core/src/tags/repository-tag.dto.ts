import type { ListedTag, RestoredTag, TagMoveDetail } from '@breakwater/artifacts';
import type { MoveSigning, TagSigning } from '@breakwater/signatures';
import { isDigest } from '@breakwater/kernel';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, neverTime, time } from '../rest';
import { signingStatus } from '../signatures/signatures.dto';

export class RepositoryTagDto extends createZodDto(
  z.object({
    id: int64,
    repository_id: int64,
    artifact_id: int64,
    name: z.string(),
    digest: z.string(),
    type: z.string().describe('IMAGE, CHART, …'),
    media_type: z.string(),
    manifest_media_type: z.string(),
    artifact_type: z.string(),
    size: int64,
    push_time: time,
    pull_time: time,
    immutable: z.boolean(),
    signed: z
      .boolean()
      .describe(
        'Signed as the trust policy asks. Where the project has none: a signature is attached, or Notary names the tag; nobody says that it is valid',
      ),
    signature_status: signingStatus,
  }),
) {}

const digestState = z
  .enum(['present', 'deleted', 'purged'])
  .nullable()
  .describe('Whether it can be pulled, can be restored, or is gone for good');

const moveStatus = signingStatus.nullable();

export class TagMoveDto extends createZodDto(
  z.object({
    id: int64,
    name: z.string(),
    operation: z.enum(['create', 'move', 'delete']),
    digest: z.string().nullable().describe('What the tag pointed to from then on'),
    digest_state: digestState,
    previous_digest: z.string().nullable().describe('What it pointed to until then'),
    previous_digest_state: digestState,
    signature_status: moveStatus.describe('Whether what it pointed to from then on is signed, as things are now'),
    previous_signature_status: moveStatus.describe(
      'Whether what it pointed to until then is signed, as things are now',
    ),
    replaced_signed: z
      .boolean()
      .describe('The tag was signed, and what came in its place was not, nor was it signed soon after'),
    actor: z.string().describe('The user or robot who did it'),
    source_address: z.string().describe('Where the request came from'),
    time,
  }),
) {}

export class RestoreTagDto extends createZodDto(
  z.object({ digest: z.string().max(160).refine(isDigest, 'a digest').describe('One that the tag pointed to') }),
) {}

export class RestoredTagDto extends createZodDto(
  z.object({
    name: z.string(),
    artifact_id: int64,
    digest: z.string(),
    previous_digest: z.string().nullable().describe('What the tag pointed to until now'),
    artifact_restored: z.boolean().describe('The artifact had been deleted, and is back'),
  }),
) {}

export class TagNamePath extends createZodDto(z.object({ tag_name: z.string().max(128).describe('The tag') })) {}

export class ListRepositoryTagsQuery extends createZodDto(
  z.object({
    ...listShape,
    sort: z
      .string()
      .max(255)
      .optional()
      .describe(
        '`version` (of semantic versions), `name`, `push_time`, `pull_time`, `size`; `-` before it: descending',
      ),
  }),
) {}

export class ListTagHistoryQuery extends createZodDto(z.object(listShape)) {}

export function toRepositoryTag(
  tag: ListedTag<unknown> & { signing: TagSigning },
): z.input<typeof RepositoryTagDto.schema> {
  return {
    id: tag.id,
    repository_id: tag.repositoryId,
    artifact_id: tag.artifactId,
    name: tag.name,
    digest: tag.digest,
    type: tag.type,
    media_type: tag.mediaType,
    manifest_media_type: tag.manifestMediaType,
    artifact_type: tag.artifactType,
    size: tag.size,
    push_time: tag.pushTime,
    pull_time: tag.pullTime ?? neverTime,
    immutable: tag.immutable,
    signed: tag.signing.status === 'signed' || (!tag.signing.isAsked && tag.hasSignature),
    signature_status: tag.signing.status,
  };
}

export function toTagMove(move: TagMoveDetail & { signing: MoveSigning }): z.input<typeof TagMoveDto.schema> {
  return {
    id: move.id,
    name: move.name,
    operation: move.digest === null ? 'delete' : move.previousDigest === null ? 'create' : 'move',
    digest: move.digest,
    digest_state: move.digestState,
    previous_digest: move.previousDigest,
    previous_digest_state: move.previousDigestState,
    signature_status: move.signing.status,
    previous_signature_status: move.signing.previousStatus,
    replaced_signed: move.signing.replaced,
    actor: move.actor,
    source_address: move.sourceAddress,
    time: move.time,
  };
}

export function toRestoredTag(restored: RestoredTag): z.input<typeof RestoredTagDto.schema> {
  return {
    name: restored.tag,
    artifact_id: restored.artifactId,
    digest: restored.digest,
    previous_digest: restored.previousDigest,
    artifact_restored: restored.artifactRestored,
  };
}
