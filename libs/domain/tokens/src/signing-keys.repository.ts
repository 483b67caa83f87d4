import { Injectable } from '@nestjs/common';
import { advisoryLocks, Database } from '@breakwater/platform';
import { SigningKey } from './signing-key.entity';

@Injectable()
export class SigningKeysRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  list(): Promise<SigningKey[]> {
    return this.database.repository(SigningKey).find({ order: { creationTime: 'DESC', kid: 'ASC' } });
  }

  /** Held until the transaction ends. */
  async lock(): Promise<void> {
    await this.database.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.signingKeys]);
  }

  async add(key: Pick<SigningKey, 'kid' | 'privateKey' | 'publicJwk'>): Promise<void> {
    await this.database.repository(SigningKey).insert(key);
  }

  async retireOthers(kid: string): Promise<void> {
    await this.database.query('UPDATE signing_key SET retired_time = now() WHERE kid <> $1 AND retired_time IS NULL', [
      kid,
    ]);
  }

  async deleteRetiredBefore(time: Date): Promise<void> {
    await this.database.query('DELETE FROM signing_key WHERE retired_time < $1', [time]);
  }
}
