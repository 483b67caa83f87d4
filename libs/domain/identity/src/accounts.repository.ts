import { Injectable } from '@nestjs/common';
import type { RobotGrant, RobotPrincipal, UserPrincipal } from '@breakwater/access';
import { Database } from '@breakwater/platform';

export interface UserAccount extends UserPrincipal {
  passwordHash: string;
  /** Sessions that began under another one are over. */
  passwordEpoch: number;
}

export interface RobotAccount extends Omit<RobotPrincipal, 'kind'> {
  secretHash: string;
  /** The secret before, while it is good. */
  previousSecretHash: string | null;
  previousSecretUntil: Date | null;
}

const userColumns = `'user' AS kind, u.id, u.username AS name, (u.sysadmin OR u.admin_in_auth) AS sysadmin, u.epoch,
  u.password_hash AS "passwordHash", u.password_epoch AS "passwordEpoch"`;
const user = `SELECT ${userColumns} FROM user_account u WHERE NOT u.deleted`;

/** Only tokens that are good now. */
const token = `
  SELECT ${userColumns}, json_build_object('id', t.id, 'grants', t.grants) AS token
  FROM access_token t JOIN user_account u ON u.id = t.user_id
  WHERE NOT u.deleted AND (t.expiry_time IS NULL OR t.expiry_time > now())`;

/** Only robots that may log in now: neither disabled nor expired. Names come without the prefix. */
const robot = `
  SELECT r.id, CASE WHEN r.project_id = 0 THEN r.name ELSE p.name || '+' || r.name END AS name, r.project_id AS "projectId",
         r.epoch, r.secret_hash AS "secretHash",
         CASE WHEN r.previous_secret_until > now() THEN r.previous_secret_hash END AS "previousSecretHash",
         r.previous_secret_until AS "previousSecretUntil",
         coalesce((SELECT json_agg(json_build_object('kind', g.kind, 'namespace', g.namespace, 'resource', g.resource, 'action', g.action, 'effect', g.effect))
                   FROM robot_permission g WHERE g.robot_id = r.id), '[]') AS grants
  FROM robot r LEFT JOIN project p ON p.id = r.project_id
  WHERE NOT r.disabled AND (r.expires_at < 0 OR r.expires_at > extract(epoch FROM now())) AND (r.project_id = 0 OR p.id IS NOT NULL)`;

/** What a login reads, one query each. */
@Injectable()
export class AccountsRepository {
  constructor(private readonly database: Database) {}

  /** By user name, or by e-mail address as Harbor allows. */
  async userByLogin(login: string): Promise<UserAccount | undefined> {
    const [row] = await this.database.query<UserAccount>(
      `${user} AND (u.username = $1 OR u.email = $1) ORDER BY (u.username = $1) DESC LIMIT 1`,
      [login],
    );
    return row;
  }

  /** The user name behind what somebody signs in with, as above; what nobody has stands for itself. */
  async nameBehind(login: string): Promise<string> {
    if (!login.includes('@')) return login;
    const [row] = await this.database.query<{ username: string }>(
      `SELECT username FROM user_account WHERE (username = $1 OR email = $1) AND NOT deleted ORDER BY (username = $1) DESC LIMIT 1`,
      [login],
    );
    return row?.username ?? login;
  }

  async userById(id: number): Promise<UserAccount | undefined> {
    const [row] = await this.database.query<UserAccount>(`${user} AND u.id = $1`, [id]);
    return row;
  }

  /** Whose token that is; `login` as above, undefined: whoever it belongs to. */
  async userByToken(tokenHash: string, login: string | undefined): Promise<UserAccount | undefined> {
    const [row] = await this.database.query<UserAccount>(
      `${token} AND t.token_hash = $1 AND ($2::text IS NULL OR u.username = $2 OR u.email = $2)`,
      [tokenHash, login ?? null],
    );
    return row;
  }

  async userByTokenId(id: number): Promise<UserAccount | undefined> {
    const [row] = await this.database.query<UserAccount>(`${token} AND t.id = $1`, [id]);
    return row;
  }

  /** `name` without prefix: `ci`, or `library+ci` for a project's robot. */
  async robotByName(name: string): Promise<RobotAccount | undefined> {
    const plus = name.indexOf('+');
    const [row] =
      plus < 0
        ? await this.database.query<RobotAccount>(`${robot} AND r.project_id = 0 AND r.name = $1`, [name])
        : await this.database.query<RobotAccount>(`${robot} AND p.name = $1 AND r.name = $2`, [
            name.slice(0, plus),
            name.slice(plus + 1),
          ]);
    return row;
  }

  async robotById(id: number): Promise<RobotAccount | undefined> {
    const [row] = await this.database.query<RobotAccount>(`${robot} AND r.id = $1`, [id]);
    return row;
  }

  /** A hash in today's form for a password just proven. Does nothing when the password changed meanwhile. */
  async replaceHash(id: number, outdated: string, fresh: string): Promise<void> {
    await this.database.query('UPDATE user_account SET password_hash = $3 WHERE id = $1 AND password_hash = $2', [
      id,
      outdated,
      fresh,
    ]);
  }
}

export function userPrincipal({ id, name, sysadmin, epoch, token: came }: UserAccount): UserPrincipal {
  return { kind: 'user', id, name, sysadmin, epoch, ...(came && { token: came }) };
}

export function robotPrincipal(account: RobotAccount, prefix: string): RobotPrincipal {
  const grants: readonly RobotGrant[] = account.grants;
  return {
    kind: 'robot',
    id: account.id,
    name: `${prefix}${account.name}`,
    projectId: account.projectId,
    grants,
    epoch: account.epoch,
  };
}
