import type { NotifiedEvent } from './notified-event';

/** What payloads say beside what the event itself says. */
export interface EventFacts {
  /** As clients write it in an image's name: `registry.example.com:8443`. */
  host: string;
  isPublic: boolean;
  /** Absent: the repository is gone. */
  repositoryCreationTime?: Date;
}

/** `event_data` of a payload, with Harbor's names; what is absent is left out. `tags` is an addition. */
export interface EventData {
  resources?: Resource[];
  repository?: RepositoryData;
  replication?: Record<string, unknown>;
  retention?: Record<string, unknown>;
  scan?: { scan_type: string };
  custom_attributes?: Record<string, string>;
}

interface Resource {
  digest?: string;
  tag?: string;
  resource_url?: string;
  tags?: string[];
  scan_overview?: Record<string, unknown>;
  sbom_overview?: Record<string, unknown>;
}

interface RepositoryData {
  /** Unix seconds. */
  date_created?: number;
  /** Without the project; may contain slashes. */
  name: string;
  namespace: string;
  repo_full_name: string;
  repo_type: 'public' | 'private';
}

export function eventData(event: NotifiedEvent, facts: EventFacts): EventData {
  const { topic, payload } = event;
  switch (topic) {
    case 'artifact.pushed':
    case 'artifact.deleted':
      return {
        resources: [taggedResource(payload, facts)],
        repository: repositoryData(payload.repository, facts, facts.repositoryCreationTime),
      };
    case 'artifact.pulled':
      return {
        resources: [resource(payload, payload.tag, facts)],
        repository: repositoryData(payload.repository, facts, facts.repositoryCreationTime),
      };
    case 'quota.exceeded':
    case 'quota.warned':
      return quotaData(payload, facts);
    case 'scan.finished':
      return scanData(payload, facts);
    case 'replication.finished':
      return { replication: { harbor_hostname: facts.host, ...payload.report } };
    case 'retention.finished':
      return { retention: { ...payload.report, harbor_hostname: facts.host } };
    case 'signed-tag.replaced':
      return replacedTagData(payload, facts);
  }
}

/** The resource is what the tag points to since; whoever restores the tag needs the digest before. */
function replacedTagData(
  payload: Extract<NotifiedEvent, { topic: 'signed-tag.replaced' }>['payload'],
  facts: EventFacts,
): EventData {
  const { repository, tag, oldDigest, newDigest, actor } = payload;
  return {
    resources: [resource({ repository, digest: newDigest }, tag, facts)],
    repository: repositoryData(repository, facts, facts.repositoryCreationTime),
    custom_attributes: {
      Details: `${repository}:${tag} was signed, and now points to something that is not`,
      SignedDigest: oldDigest,
      Digest: newDigest,
      SourceAddress: actor.address,
    },
  };
}

interface Artifact {
  repository: string;
  digest: string;
}

/** Harbor names one tag, the first; an artifact without is named by its digest. */
function resource({ repository, digest }: Artifact, tag: string | undefined, { host }: EventFacts): Resource {
  const suffix = tag === undefined ? `@${digest}` : `:${tag}`;
  return { digest, tag: tag ?? digest, resource_url: `${host}/${repository}${suffix}` };
}

function taggedResource(artifact: Artifact & { tags: string[] }, facts: EventFacts): Resource {
  const { tags } = artifact;
  return { ...resource(artifact, tags[0], facts), ...(tags.length > 0 && { tags }) };
}

function repositoryData(fullName: string, { isPublic }: EventFacts, creationTime?: Date): RepositoryData {
  const slash = fullName.indexOf('/');
  return {
    ...(creationTime && { date_created: Math.floor(creationTime.getTime() / 1_000) }),
    name: fullName.slice(slash + 1),
    namespace: fullName.slice(0, slash),
    repo_full_name: fullName,
    repo_type: isPublic ? 'public' : 'private',
  };
}

function quotaData(
  payload: Extract<NotifiedEvent, { topic: 'quota.warned' }>['payload'],
  facts: EventFacts,
): EventData {
  const { repository, details, digest, tag } = payload;
  const named = { ...(digest !== undefined && { digest }), ...(tag !== undefined && { tag }) };
  return {
    ...(Object.keys(named).length > 0 && { resources: [named] }),
    repository: repositoryData(repository, facts),
    custom_attributes: { Details: details },
  };
}

/** A scan is of a digest: without a tag none is named (Harbor sends an empty one, goharbor/harbor#13464). */
function scanData(
  payload: Extract<NotifiedEvent, { topic: 'scan.finished' }>['payload'],
  facts: EventFacts,
): EventData {
  const { tag, ...named } = taggedResource(payload, facts);
  const member = payload.kind === 'sbom' ? 'sbom_overview' : 'scan_overview';
  const overview = Object.keys(payload.overview).length > 0 && { [member]: payload.overview };
  return {
    resources: [{ ...named, ...(payload.tags.length > 0 && { tag }), ...overview }],
    repository: repositoryData(payload.repository, facts),
    scan: { scan_type: payload.kind },
  };
}
