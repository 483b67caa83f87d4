import { AppError } from '@breakwater/kernel';
import { CONFIG, Database } from '@breakwater/platform';
import { isPinned, TrustPoliciesService } from '@breakwater/trust-policies';
import { Inject, Injectable } from '@nestjs/common';
import { removalCommand, type TrustServer } from './removal-command';

/** A repository with its project. */
export interface RepositoryOfProject {
  projectId: number;
  /** With the project: `library/nginx`. */
  name: string;
}

/** What Notary's trust data under one name of a repository says of a tag. */
export interface TagSignature {
  tag: string;
  /** The name, with the host. */
  gun: string;
  /** Roles that name the tag, in order. */
  roles: string[];
  /** Digests that they name it for: one, unless they disagree. */
  digests: string[];
}

interface Row {
  tag: string;
  gun: string;
  rootKeyIds: string[];
  roles: string[];
  digests: string[];
}

/** Of names without trust data it looks into one index. Roles that have expired say nothing. */
const signatures = (tags: string) => `
  SELECT n.name AS tag, g.gun, g.root_key_ids AS "rootKeyIds", jsonb_agg(n.role ORDER BY n.role) AS roles,
    jsonb_agg(DISTINCT 'sha256:' || n.sha256) AS digests
  FROM trust_repository g JOIN trust_target n ON n.gun = g.gun
  WHERE g.repository = $1 ${tags} AND n.expiry_time > now()
  GROUP BY n.name, g.gun, g.root_key_ids ORDER BY n.name, g.gun`;

/** Named in a message; the others are in its detail. */
const mostCommands = 5;

/** Tags that Notary's trust data names, as the project's trust policy believes it. */
@Injectable()
export class SignedTags {
  constructor(
    private readonly database: Database,
    private readonly policies: TrustPoliciesService,
    @Inject(CONFIG) private readonly server: TrustServer,
  ) {}

  /** Of these tags of the repository, in order. One query, and none more unless something is signed. */
  async among(repository: RepositoryOfProject, tags: readonly string[]): Promise<TagSignature[]> {
    if (tags.length === 0) return [];
    return this.counting(
      repository,
      await this.database.prepared<Row>(signatures('AND n.name = ANY($2)'), [repository.name, tags]),
    );
  }

  /** All that are signed in the repository, whether the tags are there or not. */
  async of(repository: RepositoryOfProject): Promise<TagSignature[]> {
    return this.counting(repository, await this.database.prepared<Row>(signatures(''), [repository.name]));
  }

  /** Throws PRECONDITION, with the commands that remove the signatures. */
  refuse({ name: repository }: RepositoryOfProject, signed: readonly TagSignature[]): never {
    const tags = [...new Set(signed.map(({ tag }) => tag))];
    const commands = signed.map((one) => removalCommand({ ...one, repository }, this.server));
    const shown = commands.slice(0, mostCommands).map((command) => `\`${command}\``);
    const more = commands.length - shown.length;
    throw new AppError(
      'PRECONDITION',
      `the tag ${tags.join(', ')} with signature cannot be deleted: remove the signature first (${shown.join(', ')}` +
        `${more > 0 ? ` and ${more} more` : ''}), or confirm the deletion with confirm_signed=true`,
      {
        detail: { repository, signed, commands },
        reason: 'tag.signed',
        params: { repository, tag: tags.join(', '), command: commands[0] ?? '' },
      },
    );
  }

  private async counting(repository: RepositoryOfProject, rows: readonly Row[]): Promise<TagSignature[]> {
    if (rows.length === 0) return [];
    const { rootKeyIds: pinned } = (await this.policies.ofProject(repository.projectId)).notary;
    return rows
      .filter(({ rootKeyIds }) => isPinned(rootKeyIds, pinned))
      .map(({ tag, gun, roles, digests }) => ({ tag, gun, roles, digests }));
  }
}
