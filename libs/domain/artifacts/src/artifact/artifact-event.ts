import type { EventActor } from '@breakwater/contracts';
import type { NewEvent } from '@breakwater/events';
import type { RepositoryRow } from '../repository/repositories.repository';

type Topic = 'artifact.deleted' | 'artifact.restored';

/** What events tell of an artifact. */
export interface DeletedArtifactFacts {
  id: number;
  digest: string;
  artifactType: string;
  tags: string[];
}

/** Tells of one artifact that went, or came back, with its tags. */
export function artifactEvent(
  topic: Topic,
  repository: RepositoryRow,
  artifact: DeletedArtifactFacts,
  actor: EventActor,
): NewEvent<Topic> {
  const { id: artifactId, digest, artifactType, tags } = artifact;
  const { id: repositoryId, projectId, name } = repository;
  const payload = { projectId, repositoryId, repository: name, actor, artifactId, digest, artifactType, tags };
  return { topic, key: name, payload };
}
