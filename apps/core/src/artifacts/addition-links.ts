import { additionsOf, type ArtifactDetail } from '@breakwater/artifacts';
import { api } from '../rest';
import { artifactPath } from './artifact-path';

/** Where more about the artifact can be read. */
export function additionLinks(artifact: ArtifactDetail): Record<string, { href: string; absolute: boolean }> {
  const base = `/${api}/${artifactPath(artifact.repositoryName, artifact.digest)}/additions`;
  return Object.fromEntries(additionsOf(artifact).map((name) => [name, { href: `${base}/${name}`, absolute: false }]));
}
