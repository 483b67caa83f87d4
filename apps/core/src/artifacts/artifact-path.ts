import { parseRepositoryName } from '@breakwater/kernel';

/** The path of an artifact below `/api/v2.0/`, the repository's name escaped twice as clients send it. */
export function artifactPath(repository: string, reference: string): string {
  const { project, repository: name } = parseRepositoryName(repository);
  return `projects/${project}/repositories/${encodeURIComponent(encodeURIComponent(name))}/artifacts/${reference}`;
}
