import { Injectable } from '@nestjs/common';
import { AppError } from '@breakwater/kernel';
import { advisoryLocks, Database } from '@breakwater/platform';
import { CredentialCache } from './credential-cache';
import { PasswordHasher } from './secrets/password-hasher';
import { UsersRepository } from './users.repository';
import { firstUserId } from './users.service';

/** The account `admin`, with Harbor's id and particulars. */
@Injectable()
export class BootstrapAdmin {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly hasher: PasswordHasher,
    private readonly cache: CredentialCache,
  ) {}

  /** Makes the account when there is none at all; true when it did. The password is taken as it is. */
  async ensure(password: string | undefined): Promise<boolean> {
    if (!(await this.users.isEmpty())) return false;
    if (!password) throw new Error('HARBOR_ADMIN_PASSWORD is needed at the first start: the database has no user yet');
    const passwordHash = await this.hasher.hash(password);
    return this.database.transaction(async () => {
      await this.database.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.firstStart]);
      if (!(await this.users.isEmpty())) return false;
      await this.insert(passwordHash);
      return true;
    });
  }

  /** For who lost the password: sets it, and makes `admin` an administrator again. Throws NOT_FOUND. */
  async reset(password: string): Promise<void> {
    const passwordHash = await this.hasher.hash(password);
    const admin = await this.users.find(firstUserId);
    if (!admin) throw new AppError('NOT_FOUND', 'there is no account to reset: the platform has not been started yet');
    await this.users.updatePassword(firstUserId, passwordHash);
    await this.users.updateSysadmin(firstUserId, true);
    this.cache.forget('user', firstUserId);
  }

  private async insert(passwordHash: string): Promise<void> {
    await this.database.query(
      `INSERT INTO user_account (id, username, email, realname, comment, password_hash, sysadmin)
       VALUES ($1, 'admin', 'admin@example.com', 'system admin', 'admin user', $2, true)`,
      [firstUserId, passwordHash],
    );
    await this.database.query(`SELECT setval(pg_get_serial_sequence('user_account', 'id'), $1)`, [firstUserId]);
  }
}
