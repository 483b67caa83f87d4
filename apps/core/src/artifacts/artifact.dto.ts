import { iconOfType, type ArtifactDetail, type ArtifactParts, type ReferenceDetail } from '@breakwater/artifacts';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { LabelDto, toLabel } from '../labels/label.dto';
import { int64, listShape, neverTime, pagingShape, queryBoolean, time } from '../rest';
import { additionLinks } from './addition-links';
import { sbomOverview, scanOverview } from './overview.schema';
import { AccessoryDto, TagDto, toAccessory, toTag } from './tag.dto';

const annotations = z.record(z.string(), z.string()).meta({ 'x-model': 'Annotations' });

/** The quotes belong to the names: Harbor's document has them, so its clients look for them. */
const platform = z
  .object({
    architecture: z.string().optional(),
    os: z.string().optional(),
    "'os.version'": z.string().optional(),
    "'os.features'": z.array(z.string()).optional(),
    variant: z.string().optional(),
  })
  .meta({ 'x-model': 'Platform' });

const reference = z
  .object({
    parent_id: int64,
    child_id: int64,
    child_digest: z.string(),
    platform: platform.optional(),
    annotations: annotations.nullable(),
    urls: z.array(z.string()).nullable(),
  })
  .meta({ 'x-model': 'Reference' });

const tag = TagDto.schema.meta({ 'x-model': 'Tag' });
const accessory = AccessoryDto.schema.meta({ 'x-model': 'Accessory' });
const label = LabelDto.schema.meta({ 'x-model': 'Label' });
const additionLink = z.object({ href: z.string(), absolute: z.boolean() }).meta({ 'x-model': 'AdditionLink' });

/** Lists that are empty, or were not asked for, are null as in Harbor: scripts test for it. */
export class ArtifactDto extends createZodDto(
  z.object({
    id: int64,
    type: z.string().describe('IMAGE, CHART, …'),
    media_type: z.string(),
    manifest_media_type: z.string(),
    artifact_type: z.string(),
    project_id: int64,
    repository_id: int64,
    repository_name: z.string(),
    digest: z.string(),
    size: int64,
    icon: z.string(),
    push_time: time,
    pull_time: time,
    extra_attrs: z.record(z.string(), z.unknown()).meta({ 'x-model': 'ExtraAttrs' }),
    annotations: annotations.nullable(),
    references: z.array(reference).nullable(),
    tags: z.array(tag).nullable(),
    addition_links: z.record(z.string(), additionLink).meta({ 'x-model': 'AdditionLinks' }),
    labels: z.array(label).nullable(),
    scan_overview: scanOverview.optional(),
    sbom_overview: sbomOverview.optional(),
    accessories: z.array(accessory).nullable(),
    inherited_accessories: z.array(accessory).optional(),
  }),
) {}

const withShape = {
  with_tag: queryBoolean.default(true).describe('Bring the tags along'),
  with_label: queryBoolean.default(false).describe('Bring the labels along'),
  with_scan_overview: queryBoolean.default(false),
  with_sbom_overview: queryBoolean.default(false),
  with_accessory: queryBoolean.default(false).describe('Bring the accessories along'),
  with_inherited_accessory: queryBoolean
    .default(false)
    .describe('Bring the accessories of the indexes along that list the artifact'),
  with_immutable_status: queryBoolean.default(false),
};

export class ListArtifactsQuery extends createZodDto(z.object({ ...listShape, ...withShape })) {}

export class ListProjectArtifactsQuery extends createZodDto(
  z.object({
    ...listShape,
    ...withShape,
    latest_in_repository: queryBoolean.default(false).describe('Only the artifact pushed last of each repository'),
  }),
) {}

export class GetArtifactQuery extends createZodDto(
  z.object({ ...pagingShape, ...withShape, with_signature: queryBoolean.default(false) }),
) {}

export function partsOf(query: {
  with_tag: boolean;
  with_label: boolean;
  with_accessory: boolean;
  with_inherited_accessory: boolean;
  with_immutable_status: boolean;
}): ArtifactParts {
  return {
    tags: query.with_tag,
    labels: query.with_label,
    accessories: query.with_accessory,
    inheritedAccessories: query.with_inherited_accessory,
    immutable: query.with_immutable_status,
  };
}

export function toArtifact(artifact: ArtifactDetail): z.input<typeof ArtifactDto.schema> {
  return {
    id: artifact.id,
    type: artifact.type,
    media_type: artifact.mediaType,
    manifest_media_type: artifact.manifestMediaType,
    artifact_type: artifact.artifactType,
    project_id: artifact.projectId,
    repository_id: artifact.repositoryId,
    repository_name: artifact.repositoryName,
    digest: artifact.digest,
    size: artifact.size,
    icon: artifact.icon ?? iconOfType(artifact.type),
    push_time: artifact.pushTime,
    pull_time: artifact.pullTime ?? neverTime,
    extra_attrs: artifact.extraAttrs,
    annotations: Object.keys(artifact.annotations).length ? artifact.annotations : null,
    references: orNull(artifact.references.map(toReference)),
    tags: orNull(artifact.tags.map(toTag)),
    addition_links: additionLinks(artifact),
    labels: orNull(artifact.labels.map(toLabel)),
    accessories: orNull(artifact.accessories.map(toAccessory)),
    ...(artifact.inheritedAccessories.length > 0 && {
      inherited_accessories: artifact.inheritedAccessories.map(toAccessory),
    }),
  };
}

function toReference(found: ReferenceDetail): z.input<typeof reference> {
  return {
    parent_id: found.parentId,
    child_id: found.childId,
    child_digest: found.childDigest,
    ...(found.platform && { platform: toPlatform(found.platform) }),
    annotations: found.annotations,
    urls: found.urls,
  };
}

/** Whatever a manifest says: what is no text where text belongs is left out. */
function toPlatform(found: Record<string, unknown>): z.input<typeof platform> {
  const read = (name: string): string | undefined => (typeof found[name] === 'string' ? found[name] : undefined);
  const features = z.array(z.string()).safeParse(found['os.features']);
  return {
    architecture: read('architecture'),
    os: read('os'),
    variant: read('variant'),
    "'os.version'": read('os.version'),
    "'os.features'": features.data,
  };
}

function orNull<T>(items: T[]): T[] | null {
  return items.length ? items : null;
}
