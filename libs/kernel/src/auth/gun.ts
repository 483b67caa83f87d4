import { isRepositoryName, parseRepositoryName, type RepositoryName } from '../oci/repository-name';

/**
 * The repository that a name of trust data is about: the name without the host before it, which is one of `hosts`, the
 * platform's own names (decision 19). A name that begins with none of them is that of a repository itself. Undefined
 * when no repository can have it.
 */
export function repositoryOfGun(gun: string, hosts: readonly string[]): RepositoryName | undefined {
  const host = hostOfGun(gun, hosts);
  const name = host === undefined ? gun : gun.slice(host.length + 1);
  return isRepositoryName(name) ? parseRepositoryName(name) : undefined;
}

/** Which of the platform's names the GUN begins with. */
export function hostOfGun(gun: string, hosts: readonly string[]): string | undefined {
  return hosts.find((host) => gun.startsWith(`${host}/`));
}

/** Docker's own rule: what stands before the first slash is a host when it has a dot or a colon, or is `localhost`. */
export function beginsWithHost(name: string): boolean {
  const first = name.slice(0, Math.max(0, name.indexOf('/')));
  return first === 'localhost' || /[.:]/.test(first);
}
