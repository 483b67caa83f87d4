import { AppError } from '@breakwater/kernel';
import type { NewProject } from '@breakwater/projects';
import type { z } from 'zod';
import type { ProjectReqDto } from './project.dto';

/** `public` beside the metadata is the older form; metadata.public wins. Throws BAD_REQUEST for what is not there yet. */
export function readProject(body: z.output<typeof ProjectReqDto.schema>): NewProject {
  // Refused rather than forgotten: somebody would believe that it protects them.
  if (body.registry_id)
    throw new AppError('BAD_REQUEST', 'proxy-cache projects are not supported yet', {
      reason: 'project.proxy.unsupported',
    });
  if (body.cve_allowlist?.items?.length)
    throw new AppError('BAD_REQUEST', 'CVE allowlists are not supported yet', {
      reason: 'project.allowlist.unsupported',
    });
  const older = body.public === null || body.public === undefined ? {} : { public: String(body.public) };
  const metadata = Object.entries(body.metadata ?? {}).filter(([, value]) => value !== '' && value !== undefined);
  return {
    name: body.project_name ?? '',
    metadata: { ...older, ...Object.fromEntries(metadata) },
    storageLimit: body.storage_limit ?? undefined,
  };
}
