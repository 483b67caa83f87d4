// Entries of the audit log: who pushed, pulled and changed what lately. Pure.
import { ownerNameOf } from './rows.mjs';

const MINUTE_MS = 60_000;
const DAYS = 60;
/** Of each repository. */
const ENTRIES = 100;
const OPERATIONS = ['create', 'pull', 'pull', 'pull', 'delete'];

/**
 * As audit_log has them; ids are the table's.
 * @param {{ projects: object[], repositories: object[] }} platform
 * @param {Date} now the newest entries are from just before
 */
export function* auditRows(platform, now) {
  const count = platform.repositories.length * ENTRIES;
  const stepMs = (DAYS * 24 * 60 * MINUTE_MS) / count;
  let index = 0;
  for (let round = 0; round < ENTRIES; round++) {
    for (const { name, project } of platform.repositories) {
      const operation = OPERATIONS[round % OPERATIONS.length];
      const resource = `${name}:${round}`;
      const username = ownerNameOf(platform, project);
      const time = new Date(now.getTime() - (count - index++) * stepMs);
      const what = [operation, 'artifact', resource, `${operation} artifact: ${resource}`];
      yield [time, project.id, username, ...what, true, `192.0.2.${index % 254}`, 'docker/27.0'];
    }
  }
}
