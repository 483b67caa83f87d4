import { AppError } from '../errors';
import { excerpt } from '../excerpt';

/** `library/team/app` is project `library` and repository `team/app`. */
export interface RepositoryName {
  full: string;
  project: string;
  repository: string;
}

const MAX_LENGTH = 255;

/**
 * distribution-spec "Pulling manifests": one path component of `<name>`. A separator and the letters around it share
 * no character, so there is one way to match and the time is linear.
 */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const PROJECT = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

export function isProjectName(text: string): boolean {
  return text.length <= MAX_LENGTH && PROJECT.test(text);
}

/** True for a name with a project and at least one more component. */
export function isRepositoryName(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  const components = text.split('/');
  return components.length >= 2 && components.every((component) => COMPONENT.test(component));
}

/** Throws NAME_INVALID. */
export function parseRepositoryName(text: string): RepositoryName {
  if (!isRepositoryName(text)) {
    throw new AppError('NAME_INVALID', `invalid repository name ${excerpt(text)}: expected <project>/<repository>`);
  }
  const slash = text.indexOf('/');
  return { full: text, project: text.slice(0, slash), repository: text.slice(slash + 1) };
}
