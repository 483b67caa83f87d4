import { principalOf } from '../auth/request-context';
import { decodeOnce } from '../rest/repository-path';
import type { AuditedRequest, Describe, Described } from './audited.decorator';
import { inProject } from './named-subject';

type Plain = (audited: AuditedRequest) => Described;

/** The project in the path. */
export const theProject: Plain = ({ request }) => ofProject(request, request.project?.name ?? '');

/** Something of the project in the path, or of the system where the path names none. */
export function ofProject(request: AuditedRequest['request'], resource: string): Described {
  return { resource, ...inProject(request.project?.id) };
}

/** The repository in the path. */
export const theRepository: Plain = (audited) => ofProject(audited.request, repositoryOf(audited));

/** The artifact in the path: `library/app:v1`, `library/app@sha256:…`. */
export const theArtifact: Plain = (audited) => {
  const { reference = audited.params.digest ?? '' } = audited.params;
  return ofProject(audited.request, `${repositoryOf(audited)}${reference.includes(':') ? '@' : ':'}${reference}`);
};

/** The tag in the path or, while it is made, in the body. */
export const theTag: Plain = (audited) => {
  const { tag_name: tag = String(audited.body.name) } = audited.params;
  return ofProject(audited.request, `${repositoryOf(audited)}:${tag}`);
};

/** A rule of the project in the path; rules have no names. */
export const theImmutableRule: Plain = ({ request, params, createdId }) => {
  const project = request.project?.name ?? '';
  const id = params.immutable_rule_id ?? createdId;
  return { ...ofProject(request, project), description: `immutable rule${id ? ` ${id}` : ''} of ${project}` };
};

/** A certificate or key of the project's trust policy, by its id in the path or, while it is uploaded, as it is called. */
export const theTrustMaterial: Plain = ({ request, params, body }) => {
  const project = request.project?.name ?? '';
  const { material_id: id } = params;
  const material = id === undefined ? `added ${String(body.kind)}:${String(body.name)}` : `deleted ${id}`;
  return { ...ofProject(request, project), description: `trust policy of ${project}: ${material}` };
};

/** The artifact in the path, and the label that comes or goes. */
export const theLabelled =
  (done: 'put label' | 'take label', labelOf: (audited: AuditedRequest) => unknown): Describe =>
  async (audited, subjects) => {
    const artifact = theArtifact(audited);
    const label = await subjects.policies.label(String(labelOf(audited)));
    return { ...artifact, description: `${done} ${label.resource}: ${artifact.resource}` };
  };

/** The retention policy in the path or, while it is made, the project in the body that gets it. */
export const theRetention: Describe = ({ request, params, body }, subjects) => {
  const principal = principalOf(request);
  if (params.id !== undefined) return subjects.policies.retention(params.id, principal);
  const { ref } = (body.scope ?? {}) as { ref?: unknown };
  return subjects.policies.projectWith(String(ref), principal);
};

/** The webhook policy in the path or, while it is made, in the body. */
export const theWebhookPolicy: Describe = ({ request, params, body }, subjects) => {
  const { webhook_policy_id: id } = params;
  if (id === undefined) return ofProject(request, String(body.name));
  return subjects.policies.webhook(request.project?.id ?? null, id);
};

/** The scanner in the path or, while it is registered, in the body. */
export const theScanner: Describe = ({ params, body }, subjects) => {
  const { registration_id: uuid } = params;
  return uuid === undefined ? { resource: String(body.name) } : subjects.policies.scanner(uuid);
};

/** Jobs go by what they do: GARBAGE_COLLECTION. */
export const theJob =
  (vendorType: string): Describe =>
  ({ request }) =>
    ofProject(request, vendorType);

/** A schedule of type Manual is none: it starts the job now. */
export const theSchedule =
  (vendorType: string): Describe =>
  ({ body }) => {
    const { type } = (body.schedule ?? {}) as { type?: unknown };
    return { resource: vendorType, ...(type === 'Manual' && { event: 'start_job' as const }) };
  };

/** As it was asked for: what cannot be a repository's name is refused, and noted as refused. */
function repositoryOf({ params }: AuditedRequest): string {
  return `${params.project_name ?? ''}/${decodeOnce(params.repository_name ?? '')}`;
}
