import { createTestDatabase } from '@breakwater/testing';
import pg from 'pg';
import { BLOBS_PER_REPOSITORY } from './scale.mjs';
import { reserveIds, writeTables } from './tables.mjs';

const scale = { projects: 6, repositories: 30, artifacts: 3_000, tags: 5_000, users: 20 };

/** What triggers keep, of everything that was seeded: the two databases are new, so ids are the same. */
const kept = {
  artifacts: 'SELECT id, listed FROM artifact ORDER BY id',
  tags: 'SELECT id, listed FROM tag ORDER BY id',
  repositories: 'SELECT id, artifact_count, tag_count, total_bytes, unique_bytes FROM repository ORDER BY id',
  annotations: 'SELECT hash, artifact_id FROM artifact_annotation ORDER BY 1, 2',
  contents: 'SELECT project_id, blob_id, repository_id, artifacts FROM repository_content ORDER BY 1, 2, 3',
  projects: 'SELECT project_id, bytes FROM project_content ORDER BY 1',
  quotas: 'SELECT project_id, used FROM quota ORDER BY 1',
};

async function seeded(prepare: string[]): Promise<{ rows: Record<string, unknown[]>; said: string }> {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    for (const statement of prepare) await client.query(statement);
    const said: string[] = [];
    await writeTables({
      client,
      scale,
      first: await reserveIds(client, scale, BLOBS_PER_REPOSITORY),
      passwordHash: '',
      say: (text: string) => void said.push(text),
      writeBlob: () => undefined,
      blobsWritten: () => undefined,
    });
    const rows: Record<string, unknown[]> = {};
    for (const [name, sql] of Object.entries(kept)) rows[name] = (await client.query(sql)).rows;
    return { rows, said: said.join('\n') };
  } finally {
    await client.end();
    await database.drop();
  }
}

/** Who may not switch triggers off. */
const owner = [
  'DROP ROLE IF EXISTS seed_owner',
  'CREATE ROLE seed_owner',
  'GRANT ALL ON ALL TABLES IN SCHEMA public TO seed_owner',
  'GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO seed_owner',
  'SET ROLE seed_owner',
];

it('fills in what the triggers would have kept', async () => {
  const atOnce = await seeded([]);
  const byTriggers = await seeded(owner);
  expect(atOnce.said).not.toContain('triggers stay on');
  expect(byTriggers.said).toContain('triggers stay on');
  for (const [name, rows] of Object.entries(byTriggers.rows)) {
    expect(rows.length).toBeGreaterThan(0);
    expect({ [name]: atOnce.rows[name] }).toEqual({ [name]: rows });
  }
  const hidden = (rows: unknown[]): number => rows.filter((row) => !(row as { listed: boolean }).listed).length;
  expect(hidden(byTriggers.rows.artifacts!)).toBeGreaterThan(0);
}, 120_000);
