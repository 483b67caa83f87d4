import {
  advisoryLocks,
  countedPage,
  Database,
  filterConditions,
  orderBy,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { AuthType } from './adapter-auth';
import type { SealedCredential } from './scanner-credentials';

export interface ScannerRow {
  uuid: string;
  name: string;
  description: string;
  url: string;
  auth: AuthType;
  sealedCredential: SealedCredential | null;
  disabled: boolean;
  isDefault: boolean;
  skipCertVerify: boolean;
  useInternalAddr: boolean;
  immutable: boolean;
  createTime: Date;
  updateTime: Date;
}

export type ScannerValues = Omit<ScannerRow, 'isDefault' | 'immutable' | 'createTime' | 'updateTime'>;

type ChangedValues = Omit<ScannerValues, 'sealedCredential'> & Partial<Pick<ScannerValues, 'sealedCredential'>>;

const columns: ListColumns = {
  uuid: { sql: 's.uuid::text', type: 'text' },
  name: { sql: 's.name', type: 'text' },
  description: { sql: 's.description', type: 'text' },
  url: { sql: 's.url', type: 'text' },
  auth: { sql: 's.auth', type: 'text' },
  disabled: { sql: 's.disabled', type: 'boolean' },
  is_default: { sql: 's.is_default', type: 'boolean' },
  create_time: { sql: 's.create_time', type: 'time' },
  update_time: { sql: 's.update_time', type: 'time' },
};

const shown = `s.uuid, s.name, s.description, s.url, s.auth, s.sealed_credential AS "sealedCredential", s.disabled,
  s.is_default AS "isDefault", s.skip_cert_verify AS "skipCertVerify", s.use_internal_addr AS "useInternalAddr",
  s.immutable, s.create_time AS "createTime", s.update_time AS "updateTime"`;

@Injectable()
export class ScannersRepository {
  constructor(private readonly database: Database) {}

  /** Changes of scanners come one after the other, until the transaction ends: which one is the default hangs on all. */
  async lock(): Promise<void> {
    await this.database.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.scanners]);
  }

  /** The first of all is the default, unless it is disabled. False: another has that name or url. Call under the lock. */
  async insert(scanner: ScannerValues): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO scanner_registration
         (uuid, name, description, url, auth, sealed_credential, disabled, skip_cert_verify, use_internal_addr, is_default)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NOT $7 AND NOT EXISTS (SELECT FROM scanner_registration))
       ON CONFLICT DO NOTHING RETURNING 1`,
      values(scanner),
    );
    return rows.length > 0;
  }

  /** Without a sealed credential the one that it has stays. */
  async update(scanner: ChangedValues): Promise<void> {
    const { sealedCredential = null } = scanner;
    await this.database.query(
      `UPDATE scanner_registration SET name = $2, description = $3, url = $4, auth = $5,
         sealed_credential = CASE WHEN $10 THEN sealed_credential ELSE $6::jsonb END,
         disabled = $7, skip_cert_verify = $8, use_internal_addr = $9, update_time = now()
       WHERE uuid = $1`,
      [...values({ ...scanner, sealedCredential }), scanner.sealedCredential === undefined],
    );
  }

  async find(uuid: string): Promise<ScannerRow | undefined> {
    const [row] = await this.database.query<ScannerRow>(
      `SELECT ${shown} FROM scanner_registration s WHERE s.uuid = $1`,
      [uuid],
    );
    return row;
  }

  /** Another than `exceptUuid` has that name or url. */
  async isTaken({ name, url }: Pick<ScannerValues, 'name' | 'url'>, exceptUuid: string): Promise<boolean> {
    const rows = await this.database.query(
      'SELECT 1 FROM scanner_registration WHERE (name = $1 OR url = $2) AND uuid <> $3',
      [name, url, exceptUuid],
    );
    return rows.length > 0;
  }

  /** Call under the lock. */
  async setDefault(uuid: string): Promise<void> {
    await this.database.query('UPDATE scanner_registration SET is_default = false WHERE is_default AND uuid <> $1', [
      uuid,
    ]);
    await this.database.query('UPDATE scanner_registration SET is_default = true WHERE uuid = $1', [uuid]);
  }

  async delete(uuid: string): Promise<void> {
    await this.database.query('DELETE FROM scanner_registration WHERE uuid = $1', [uuid]);
  }

  /** The default first, then the newest. */
  list(options: ListOptions): Promise<{ items: ScannerRow[]; total: number }> {
    const parameters = new SqlParameters();
    const conditions = filterConditions(columns, options.filters, parameters);
    const from = `FROM scanner_registration s ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}`;
    const order = orderBy(columns, options.sorts, 's.is_default DESC, s.create_time DESC, s.uuid', 's.uuid');
    return countedPage<ScannerRow>(this.database, { columns: shown, from, order, parameters }, options);
  }

  /** The project's own, else the default. */
  async ofProject(projectId: number): Promise<ScannerRow | undefined> {
    const [row] = await this.database.query<ScannerRow>(
      `SELECT ${shown} FROM scanner_registration s
       LEFT JOIN project_scanner p ON p.scanner_uuid = s.uuid AND p.project_id = $1
       WHERE p.project_id IS NOT NULL OR s.is_default ORDER BY p.project_id NULLS LAST LIMIT 1`,
      [projectId],
    );
    return row;
  }

  /** False: there is no such scanner. */
  async setOfProject(projectId: number, uuid: string): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO project_scanner (project_id, scanner_uuid)
       SELECT $1::bigint, s.uuid FROM scanner_registration s WHERE s.uuid = $2 FOR KEY SHARE
       ON CONFLICT (project_id) DO UPDATE SET scanner_uuid = EXCLUDED.scanner_uuid RETURNING 1`,
      [projectId, uuid],
    );
    return rows.length > 0;
  }
}

function values(scanner: ScannerValues): unknown[] {
  return [
    scanner.uuid,
    scanner.name,
    scanner.description,
    scanner.url,
    scanner.auth,
    scanner.sealedCredential && JSON.stringify(scanner.sealedCredential),
    scanner.disabled,
    scanner.skipCertVerify,
    scanner.useInternalAddr,
  ];
}
