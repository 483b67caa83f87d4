import { Injectable } from '@nestjs/common';
import { AppError } from '@breakwater/kernel';
import { Database, isUniqueViolation, type ListOptions } from '@breakwater/platform';
import { CredentialCache } from './credential-cache';
import { PasswordHasher } from './secrets/password-hasher';
import { requireStrongSecret } from './secrets/secret-rules';
import { normaliseUsername, validateProfile, type UserProfile } from './user-rules';
import { UsersRepository, type NewUser, type UserRow } from './users.repository';

export interface UserInput extends UserProfile {
  username: string;
  password: string;
}

/**
 * People with accounts. Whoever calls has checked that the caller may. Passwords are hashed by methods of their own, for
 * that takes long, and may wait for its turn: no transaction stays open over it.
 */
@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly hasher: PasswordHasher,
    private readonly cache: CredentialCache,
  ) {}

  /** What `create` takes. Throws BAD_REQUEST, TOOMANYREQUESTS. */
  async prepare({ password, username, email, realname, comment }: UserInput): Promise<NewUser> {
    requireStrongSecret(password);
    validateProfile({ email, realname, comment });
    const name = normaliseUsername(username);
    const passwordHash = await this.hasher.hash(password);
    return { username: name, email, realname, comment, passwordHash, sysadmin: false };
  }

  /** Of what `prepare` answered. Answers the id. Throws CONFLICT when the name or the address is taken. */
  create(user: NewUser): Promise<number> {
    return orConflict(() => this.users.insert(user), `user ${user.username}`);
  }

  /** Throws NOT_FOUND. */
  async get(id: number): Promise<UserRow> {
    const user = await this.users.find(id);
    if (!user) throw new AppError('NOT_FOUND', `user ${id} not found`);
    return user;
  }

  findByName(username: string): Promise<UserRow | undefined> {
    return this.users.findByName(username);
  }

  /** Whether the name or the address is taken. */
  async exists(by: 'username' | 'email', value: string): Promise<boolean> {
    return !(await this.users.isFree(by, value));
  }

  list(options: ListOptions): Promise<{ items: UserRow[]; total: number }> {
    return this.users.list(options);
  }

  /** Names that contain `part`, whatever the case. */
  search(part: string, paging: Pick<ListOptions, 'page' | 'pageSize'>): Promise<{ items: UserRow[]; total: number }> {
    return this.users.search(part, paging);
  }

  /** Throws NOT_FOUND, BAD_REQUEST, CONFLICT. */
  async updateProfile(id: number, profile: UserProfile): Promise<void> {
    validateProfile(profile);
    await this.get(id);
    await orConflict(() => this.users.updateProfile(id, profile), `email ${profile.email}`);
  }

  /** Throws NOT_FOUND, TOOMANYREQUESTS. */
  async isPassword(id: number, password: string): Promise<boolean> {
    const hash = await this.users.passwordHash(id);
    if (hash === undefined) throw new AppError('NOT_FOUND', `user ${id} not found`);
    return (await this.hasher.check(password, hash)) !== 'wrong';
  }

  /** What `setPassword` takes. Throws NOT_FOUND, TOOMANYREQUESTS, BAD_REQUEST for a weak password or the one in use. */
  async hashNewPassword(id: number, password: string): Promise<string> {
    requireStrongSecret(password);
    if (await this.isPassword(id, password))
      throw new AppError('BAD_REQUEST', 'New password is identical to old password', { reason: 'password.unchanged' });
    return this.hasher.hash(password);
  }

  /** To one that `hashNewPassword` answered. Tokens issued before stop counting. */
  async setPassword(id: number, passwordHash: string): Promise<void> {
    await this.database.transaction(async () => {
      await this.users.updatePassword(id, passwordHash);
      this.forgetAfterwards(id);
    });
  }

  /** Throws NOT_FOUND, FORBIDDEN for the last administrator. */
  async setSysadmin(id: number, sysadmin: boolean): Promise<void> {
    await this.database.transaction(async () => {
      const administrators = await this.users.lockAdministrators();
      await this.get(id);
      if (!sysadmin) refuseLast(administrators, id);
      await this.users.updateSysadmin(id, sysadmin);
      this.forgetAfterwards(id);
    });
  }

  /** Throws NOT_FOUND, FORBIDDEN for the first account and for the last administrator. */
  async remove(id: number): Promise<void> {
    if (id === firstUserId) throw new AppError('FORBIDDEN', `user with ID ${id} cannot be deleted`);
    await this.database.transaction(async () => {
      const administrators = await this.users.lockAdministrators();
      await this.get(id);
      refuseLast(administrators, id);
      await this.users.softDelete(id);
      this.forgetAfterwards(id);
    });
  }

  /** Before the commit, a sign-in could bring back what was before. */
  private forgetAfterwards(id: number): void {
    this.database.afterTransaction({ committed: async () => this.cache.forget('user', id) });
  }
}

/** The account `admin`, made at the first start. */
export const firstUserId = 1;

function refuseLast(administrators: number[], id: number): void {
  if (administrators.length === 1 && administrators[0] === id)
    throw new AppError('FORBIDDEN', 'the last system administrator must stay one', {
      reason: 'user.last-administrator',
    });
}

/** Unique indexes decide, not a look beforehand: two requests may race. */
export async function orConflict<T>(write: () => Promise<T>, what: string): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError('CONFLICT', `${what} already exists`, { cause: error });
  }
}
