import { mediaTypes } from '@breakwater/kernel';
import type { ArtifactDetail } from '@breakwater/artifacts';
import { api } from '../rest';
import { artifactPath } from './artifact-path';

const additions: Partial<Record<string, readonly string[]>> = {
  IMAGE: ['build_history'],
  CHART: ['readme.md', 'values.yaml', 'dependencies'],
};
const indexes: ReadonlySet<string> = new Set([mediaTypes.ociIndex, mediaTypes.dockerList]);

/** Where more about the artifact can be read, by its kind; an index of images has no history of its own. */
export function additionLinks(artifact: ArtifactDetail): Record<string, { href: string; absolute: boolean }> {
  if (indexes.has(artifact.manifestMediaType)) return {};
  const base = `/${api}/${artifactPath(artifact.repositoryName, artifact.digest)}/additions`;
  return Object.fromEntries(
    (additions[artifact.type] ?? []).map((name) => [name, { href: `${base}/${name}`, absolute: false }]),
  );
}
