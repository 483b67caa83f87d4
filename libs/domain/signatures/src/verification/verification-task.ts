import type { JobPayload } from '@breakwater/contracts';
import type { NewTask, StartOptions } from '@breakwater/executions';

type Payload = JobPayload<'VERIFY_SIGNATURES'>;

/** One task at a time for each repository: no verdict of an older policy overtakes a newer one. */
export function verificationTask(payload: Payload): NewTask<'VERIFY_SIGNATURES'> {
  const { projectId, repositoryId } = payload;
  const serialKey = repositoryId === null ? `signatures-project-${projectId}` : `signatures-${repositoryId}`;
  return { job: 'VERIFY_SIGNATURES', payload, serialKey };
}

/** `why`: for people who look at executions. */
export function verificationStart(
  payloads: readonly Payload[],
  { trigger, why, key }: { trigger: StartOptions['trigger']; why: string; key?: string },
): StartOptions {
  return {
    vendorType: 'VERIFY_SIGNATURES',
    ...(payloads[0] && { vendorId: payloads[0].projectId }),
    trigger,
    extraAttrs: { why },
    ...(key !== undefined && { key }),
    tasks: payloads.map(verificationTask),
  };
}
