import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { int64, time } from '../rest';

const component = z
  .object({ name: z.string(), status: z.enum(['healthy', 'unhealthy']), error: z.string().optional() })
  .meta({ 'x-model': 'ComponentHealthStatus' });

export class OverallHealthStatusDto extends createZodDto(
  z.object({ status: z.enum(['healthy', 'unhealthy']), components: z.array(component) }),
) {}

const authproxySetting = z
  .object({
    endpoint: z.string(),
    tokenreivew_endpoint: z.string().describe("Spelt as in Harbor's document"),
    skip_search: z.boolean(),
    verify_cert: z.boolean(),
    server_certificate: z.string(),
  })
  .meta({ 'x-model': 'AuthproxySetting' });

/** What is optional is only for callers who are known. */
export class GeneralInfoDto extends createZodDto(
  z.object({
    banner_message: z.string().optional(),
    current_time: time.optional(),
    registry_url: z.string().optional().describe('Host and port of the registry'),
    external_url: z.string().optional(),
    auth_mode: z.string(),
    primary_auth_mode: z.boolean(),
    project_creation_restriction: z.string().optional(),
    self_registration: z.boolean(),
    has_ca_root: z.boolean().optional(),
    harbor_version: z.string().optional(),
    registry_storage_provider_name: z.string().optional(),
    read_only: z.boolean().optional(),
    notification_enable: z.boolean().optional(),
    authproxy_settings: authproxySetting.optional(),
    oidc_provider_name: z.string().optional(),
  }),
) {}

const storage = z.object({ total: int64, free: int64 }).meta({ 'x-model': 'Storage' });

export class SystemInfoDto extends createZodDto(
  z.object({ storage: z.array(storage).describe('Bytes; 0 for object storage, which has no size of its own') }),
) {}

export class StatisticDto extends createZodDto(
  z.object({
    private_project_count: int64,
    private_repo_count: int64,
    public_project_count: int64,
    public_repo_count: int64,
    total_project_count: int64,
    total_repo_count: int64,
    total_storage_consumption: int64.describe('Bytes; 0 for those who do not see all projects'),
  }),
) {}
