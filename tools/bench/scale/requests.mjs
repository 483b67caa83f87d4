// What is asked of every GET of the management API: as people do, and as nobody should. Pure.
import { content } from './requests/content.mjs';
import { jobs } from './requests/jobs.mjs';
import { AUDIT, filters, PAGED } from './requests/parameters.mjs';
import { people } from './requests/people.mjs';
import { projects } from './requests/projects.mjs';

/**
 * Paths below /api/v2.0 and the parameters of each, by operationId. An operation that is missing fails a test.
 * `path` may be a list: the same operation of several things.
 * @returns {Record<string, { path: string | string[], parameters?: string[] }>}
 */
export function requestsOf(places) {
  return { ...content(places), ...projects(places), ...people(places), ...jobs(places), ...system(places) };
}

function system({ scanner }) {
  return {
    listAuditLogs: { path: '/audit-logs', parameters: AUDIT },
    listAuditLogExts: { path: '/auditlog-exts', parameters: AUDIT },
    listAuditLogEventTypes: { path: '/auditlog-exts/events' },
    listScanners: { path: '/scanners', parameters: [...PAGED, ...filters('name=~seed', 'url=~nothing')] },
    getScanner: { path: `/scanners/${scanner.uuid}` },
    getScannerMetadata: { path: `/scanners/${scanner.uuid}/metadata` },
    getConfigurations: { path: '/configurations' },
    getInternalconfig: { path: '/internalconfig' },
    getSystemCVEAllowlist: { path: '/system/CVEAllowlist' },
    getPing: { path: '/ping' },
    getHealth: { path: '/health' },
    getSystemInfo: { path: '/systeminfo' },
    getVolumes: { path: '/systeminfo/volumes' },
    getCert: { path: '/systeminfo/getcert' },
  };
}

/** Every request, with the operation that it is of. @returns {{ operation: string, path: string }[]} */
export function allRequests(places) {
  return Object.entries(requestsOf(places)).flatMap(([operation, { path, parameters = [''] }]) =>
    [path]
      .flat()
      .flatMap((one) => parameters.map((text) => ({ operation, path: text === '' ? one : `${one}?${text}` }))),
  );
}
