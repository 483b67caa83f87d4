import {
  baseRoleKeys,
  parseEnvelope,
  parseRoot,
  parseSnapshot,
  parseTargets,
  TufError,
  type Envelope,
} from '@breakwater/tuf';
import { Injectable } from '@nestjs/common';
import { TrustRepositoriesRepository, type TrustRow } from './trust-repositories.repository';

export interface RoleOverview {
  /** `root`, `targets`, `targets/carol`, `snapshot`, `timestamp` */
  name: string;
  version: number;
  expires: Date;
  /** Who may sign it. */
  keyIds: string[];
}

/** Trust data under one name of a repository, as it is in force. */
export interface TrustOverview {
  gun: string;
  rootKeyIds: string[];
  /** Different names that are signed, by whatever role. */
  signedTags: number;
  creationTime: Date;
  updateTime: Date;
  roles: RoleOverview[];
  /** Delegations of `targets`, as `docker trust signer add` makes them; `releases` is nobody's name. */
  signers: { name: string; keyIds: string[] }[];
}

/** What there is of trust data, for people. */
@Injectable()
export class TrustOverviews {
  constructor(private readonly repositories: TrustRepositoriesRepository) {}

  /** Under every name of the repository, in order; none where nobody has published. One query. */
  async of(repository: string): Promise<TrustOverview[]> {
    return (await this.repositories.overviews(repository)).map(overviewOf);
  }
}

function overviewOf({ files, creationTime, updateTime, ...row }: TrustRow): TrustOverview {
  const known = new Map(files.map(({ role, data }) => [role, parseEnvelope(Buffer.from(data, 'base64'))]));
  const delegations = delegationsOf(known.get('targets'));
  const keyIds = new Map([
    ...baseKeys(known.get('root')),
    ...delegations.map((one) => [one.name, one.keyids] as const),
  ]);
  const named = namedIn(known.get('snapshot'));
  const roles = [...known].filter(([name]) => named.has(name));
  return {
    ...row,
    creationTime: new Date(creationTime),
    updateTime: new Date(updateTime),
    roles: roles.map(([name, { version, signed }]) => {
      const { expires } = signed as { expires: string };
      return { name, version, expires: new Date(expires), keyIds: keyIds.get(name) ?? [] };
    }),
    signers: delegations
      .filter(({ name }) => name !== 'targets/releases')
      .map(({ name, keyids }) => ({ name: name.slice('targets/'.length), keyIds: keyids })),
  };
}

/** A role that the snapshot leaves out is not in force, whatever is stored of it. */
function namedIn(snapshot: Envelope | undefined): ReadonlySet<string> {
  const meta = snapshot ? parseSnapshot(snapshot).signed.meta : {};
  return new Set(['timestamp', 'snapshot', ...Object.keys(meta)]);
}

function baseKeys(root: Envelope | undefined): [string, string[]][] {
  if (!root) return [];
  const file = parseRoot(root);
  return (['root', 'targets', 'snapshot', 'timestamp'] as const).map((name) => [
    name,
    [...baseRoleKeys(file, name).keys.keys()],
  ]);
}

function delegationsOf(targets: Envelope | undefined): { name: string; keyids: string[] }[] {
  try {
    return targets ? parseTargets(targets, 'targets').signed.delegations.roles : [];
  } catch (error) {
    if (error instanceof TufError) return [];
    throw error;
  }
}
