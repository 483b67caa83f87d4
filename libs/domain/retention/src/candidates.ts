/** What retention knows of an artifact that lists show, with all of its tags. */
export interface RetainedArtifact {
  id: number;
  digest: string;
  /** IMAGE, CHART, … */
  type: string;
  pushTime: Date;
  /** Last pull, by any tag or by digest. */
  pullTime: Date | null;
  creationTime: Date | null;
  /** It has a signature among its accessories. */
  signed: boolean;
  tags: readonly { name: string; pushTime: Date; immutable: boolean; signedBy: string | null }[];
}

/** What is kept or goes as a whole: a tag, an artifact without one, or an artifact with all of its tags. */
export interface Candidate {
  artifact: RetainedArtifact;
  /** None: it is about the artifact without a tag. */
  tags: readonly string[];
  pushTime: Date;
  pullTime: Date | null;
  immutable: boolean;
  /** What Notary's trust data says of its tags, for people; null: nothing. */
  signedBy: string | null;
}

export type RetentionUnit = 'tag' | 'artifact';

/**
 * `tag`: every tag for itself, by the time of its own push; a pull counts for all tags of an artifact, for clients that
 * resolve a tag pull by digest. `artifact`: as in Harbor, all tags together, by the latest of their times.
 */
export function candidatesOf(artifacts: readonly RetainedArtifact[], unit: RetentionUnit): Candidate[] {
  return artifacts.flatMap((artifact) =>
    unit === 'tag' && artifact.tags.length > 0 ? artifact.tags.map((tag) => ofTag(artifact, tag)) : [whole(artifact)],
  );
}

function ofTag(artifact: RetainedArtifact, tag: RetainedArtifact['tags'][number]): Candidate {
  const { pushTime, immutable, name, signedBy } = tag;
  return { artifact, tags: [name], pushTime, pullTime: artifact.pullTime, immutable, signedBy };
}

function whole(artifact: RetainedArtifact): Candidate {
  const times = [artifact, ...artifact.tags].map(({ pushTime }) => pushTime.getTime());
  return {
    artifact,
    tags: artifact.tags.map(({ name }) => name),
    pushTime: new Date(Math.max(...times)),
    pullTime: artifact.pullTime,
    immutable: artifact.tags.some(({ immutable }) => immutable),
    signedBy: artifact.tags.flatMap(({ signedBy }) => signedBy ?? []).join('; ') || null,
  };
}
