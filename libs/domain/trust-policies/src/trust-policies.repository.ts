import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { Material, NewMaterial } from './trust-material';
import { fromStored, type TrustPolicySettings } from './trust-policy-settings';

/** Everything that decides which signatures count in a project. */
export interface StoredPolicy {
  projectId: number;
  /** 0: never saved. */
  version: number;
  verdictVersion: number;
  /** Null: never saved. */
  settings: TrustPolicySettings | null;
  materials: Material[];
  /** `true` or `false`; absent where nobody has set them. */
  metadata: Partial<Record<'enable_content_trust' | 'enable_content_trust_cosign', string>>;
}

@Injectable()
export class TrustPoliciesRepository {
  constructor(private readonly database: Database) {}

  /** In one query, so that its parts belong together. Undefined: there is no such project. */
  async find(projectId: number): Promise<StoredPolicy | undefined> {
    const [row] = await this.database.prepared<StoredRow>(
      `SELECT p.id AS "projectId", coalesce(t.version, 0) AS version,
         coalesce(t.verdict_version, 0) AS "verdictVersion", t.settings,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'kind', m.kind, 'name', m.name, 'content', m.content,
            'thumbprint', m.thumbprint, 'details', m.details, 'creationTime', m.creation_time) ORDER BY m.id), '[]')
          FROM trust_material m WHERE m.project_id = p.id) AS materials,
         (SELECT coalesce(jsonb_object_agg(d.name, d.value), '{}') FROM project_metadata d
          WHERE d.project_id = p.id AND d.name IN ('enable_content_trust', 'enable_content_trust_cosign')) AS metadata
       FROM project p LEFT JOIN trust_policy t ON t.project_id = p.id WHERE p.id = $1`,
      [projectId],
    );
    if (row === undefined) return undefined;
    const materials = row.materials.map((one) => ({ ...one, creationTime: new Date(one.creationTime) }));
    return { ...row, materials, settings: row.settings && fromStored(row.settings) };
  }

  /** Changes of a project's policy follow one another; pushes into it do not wait. False: there is no such project. */
  async lockProject(projectId: number): Promise<boolean> {
    const rows = await this.database.query('SELECT 1 FROM project WHERE id = $1 FOR NO KEY UPDATE', [projectId]);
    return rows.length > 0;
  }

  /** `renew`: verdicts of before are out of date. Returns the new version. */
  async save(projectId: number, settings: TrustPolicySettings, renew: boolean): Promise<number> {
    const [row] = await this.database.query<{ version: number }>(
      `INSERT INTO trust_policy (project_id, version, verdict_version, settings) VALUES ($1, 1, $3::int, $2)
       ON CONFLICT (project_id) DO UPDATE
       SET version = trust_policy.version + 1, settings = excluded.settings, update_time = now(),
           verdict_version = CASE WHEN $3 = 1 THEN trust_policy.version + 1 ELSE trust_policy.verdict_version END
       RETURNING version`,
      [projectId, JSON.stringify(settings), renew ? 1 : 0],
    );
    return row?.version ?? 0;
  }

  async insertMaterials(projectId: number, materials: readonly NewMaterial[]): Promise<Material[]> {
    const given = materials.map((material, place) => ({ ...material, place }));
    return this.database.query<Material>(
      `INSERT INTO trust_material (project_id, kind, name, content, thumbprint, details)
       SELECT $1, x.kind, x.name, x.content, x.thumbprint, x.details
       FROM jsonb_to_recordset($2) AS x(place int, kind text, name text, content text, thumbprint text, details jsonb) ORDER BY x.place
       RETURNING id, kind, name, content, thumbprint, details, creation_time AS "creationTime"`,
      [projectId, JSON.stringify(given)],
    );
  }

  async deleteMaterials(projectId: number, ids: readonly number[]): Promise<void> {
    await this.database.query('DELETE FROM trust_material WHERE project_id = $1 AND id = ANY($2::bigint[])', [
      projectId,
      ids,
    ]);
  }
}

/** Times within JSON are text. */
type StoredRow = Omit<StoredPolicy, 'materials'> & {
  materials: (Omit<Material, 'creationTime'> & { creationTime: string })[];
};
