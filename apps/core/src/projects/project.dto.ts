import type { ProjectDetail, ProjectSummary } from '@breakwater/projects';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, listShape, neverTime, queryBoolean, time } from '../rest';

const text = z.string().nullish();

/** Every value is a string (management-platform.md section 1.2). */
const metadata = z
  .object({
    public: z.string().optional().describe('Anyone may pull: "true" or "false"'),
    enable_content_trust: text,
    enable_content_trust_cosign: text,
    prevent_vul: text,
    severity: text,
    auto_scan: text,
    auto_sbom_generation: text,
    reuse_sys_cve_allowlist: text,
    retention_id: text.describe('Set by the server'),
    proxy_speed_kb: text,
    max_upstream_conn: text,
    proxy_cache_local_on_not_found: text,
    proxy_referrer_api: text,
    proxy_cache_filter_pattern: text,
    proxy_cache_filter_kind: text,
  })
  .meta({ 'x-model': 'ProjectMetadata' });

const allowlistFields = {
  id: int64.optional(),
  project_id: int64.optional(),
  expires_at: int64.nullish(),
  items: z.array(z.object({ cve_id: z.string().optional() }).meta({ 'x-model': 'CVEAllowlistItem' })).nullish(),
};
const cveAllowlist = z
  .object({ ...allowlistFields, creation_time: time, update_time: time })
  .meta({ 'x-model': 'CVEAllowlist' });

export class ProjectDto extends createZodDto(
  z.object({
    project_id: int64,
    owner_id: int64,
    name: z.string(),
    registry_id: int64.optional(),
    creation_time: time,
    update_time: time,
    deleted: z.boolean().optional(),
    owner_name: z.string(),
    togglable: z.boolean().optional(),
    current_user_role_id: int64.optional(),
    current_user_role_ids: z.array(int64).optional(),
    repo_count: int64,
    metadata,
    cve_allowlist: cveAllowlist,
  }),
) {}

export class ProjectReqDto extends createZodDto(
  z.object({
    project_name: z.string().max(255).optional(),
    public: z.boolean().nullish().describe('Deprecated: use metadata.public'),
    metadata: metadata.nullish(),
    cve_allowlist: z
      .object({ ...allowlistFields, creation_time: z.string().optional(), update_time: z.string().optional() })
      .nullish(),
    storage_limit: int64.nullish().describe('Bytes, -1 for unlimited; counts from system administrators only'),
    registry_id: int64.nullish(),
  }),
) {}

export class ProjectDeletableDto extends createZodDto(
  z.object({ deletable: z.boolean(), message: z.string().optional() }),
) {}

export const resourceList = z.record(z.string(), int64).meta({ 'x-model': 'ResourceList' });
const registryCredential = z.object({
  type: z.string().optional(),
  access_key: z.string().optional(),
  access_secret: z.string().optional(),
});

/** The upstream of a proxy-cache project. */
const registry = z.object({
  id: int64,
  url: z.string().optional(),
  name: z.string().optional(),
  credential: registryCredential.meta({ 'x-model': 'RegistryCredential' }).optional(),
  type: z.string().optional(),
  insecure: z.boolean().optional(),
  ca_certificate: z.string().nullish(),
  description: z.string().optional(),
  status: z.string().optional(),
  creation_time: time.optional(),
  update_time: time.optional(),
});

export class ProjectSummaryDto extends createZodDto(
  z.object({
    repo_count: int64,
    project_admin_count: int64.optional(),
    maintainer_count: int64.optional(),
    developer_count: int64.optional(),
    guest_count: int64.optional(),
    limited_guest_count: int64.optional(),
    quota: z.object({ hard: resourceList, used: resourceList }).meta({ 'x-model': 'ProjectSummaryQuota' }).optional(),
    registry: registry.meta({ 'x-model': 'Registry' }).optional(),
  }),
) {}

export class ListProjectsQuery extends createZodDto(
  z.object({
    ...listShape,
    name: z.string().max(255).optional().describe('Part of the name'),
    public: queryBoolean.optional().describe('Only public, or only private, projects'),
    owner: z.string().max(255).optional().describe("The owner's user name"),
    with_detail: queryBoolean.default(true).describe('false leaves the counts out'),
  }),
) {}

export class HeadProjectQuery extends createZodDto(
  z.object({ project_name: z.string().min(1).max(255).describe('Project name for checking') }),
) {}

/** Highest first; the role that clients show when they show one. */
const roleOrder = [1, 4, 2, 3, 5];

export function toProject(project: ProjectDetail, withDetail = true): z.input<typeof ProjectDto.schema> {
  return {
    project_id: project.id,
    owner_id: project.ownerId,
    owner_name: project.ownerName ?? '',
    name: project.name,
    ...(project.registryId !== null && { registry_id: project.registryId }),
    creation_time: project.creationTime,
    update_time: project.updateTime,
    current_user_role_id: roleOrder.find((role) => project.roles.includes(role)) ?? 0,
    current_user_role_ids: project.roles,
    repo_count: withDetail ? project.repositoryCount : 0,
    metadata: { public: String(project.public), ...project.metadata },
    cve_allowlist: { project_id: project.id, items: [], creation_time: neverTime, update_time: neverTime },
  };
}

export function toSummary({
  repositoryCount,
  members,
  quota,
}: ProjectSummary): z.input<typeof ProjectSummaryDto.schema> {
  return {
    repo_count: repositoryCount,
    ...(members && {
      project_admin_count: members.projectAdmin,
      maintainer_count: members.maintainer,
      developer_count: members.developer,
      guest_count: members.guest,
      limited_guest_count: members.limitedGuest,
    }),
    ...(quota && { quota: { hard: { storage: quota.hard }, used: { storage: quota.used } } }),
  };
}
