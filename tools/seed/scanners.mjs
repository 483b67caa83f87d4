// One scanner, and projects that chose it. Pure.
import { PREFIX } from './content.mjs';

/** Where tools/seed/scanner-adapter.mjs listens. */
export const ADAPTER_PORT = 8_077;

/** Statements by the table that they fill. @returns {[string, string][]} */
export function scannerTables(first, { projects }) {
  const isOurs = `p.id BETWEEN ${first.project} AND ${first.project + projects - 1}`;
  return [
    [
      'scanner_registration',
      `INSERT INTO scanner_registration (uuid, name, description, url, is_default)
       SELECT gen_random_uuid(), '${PREFIX}scanner', 'made by npm run seed; it knows what it is and scans nothing',
              'http://127.0.0.1:${ADAPTER_PORT}', NOT EXISTS (SELECT FROM scanner_registration WHERE is_default)
       ON CONFLICT DO NOTHING`,
    ],
    [
      'project_scanner',
      `INSERT INTO project_scanner (project_id, scanner_uuid)
       SELECT p.id, s.uuid FROM project p, scanner_registration s
       WHERE ${isOurs} AND p.id % 3 = 0 AND s.name = '${PREFIX}scanner'`,
    ],
  ];
}
