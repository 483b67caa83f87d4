import type { EventData } from '../event-data';
import type { NotifiedEvent } from '../notified-event';
import { notificationOf } from '../notification';
import { payloadFor } from './payload-for';

/**
 * What Harbor sends, written down by hand from ecosystem.md section 4, for events that nothing raises yet: SCANNING_* and
 * REPLICATION. Whoever raises them has to bring an event that makes these bodies. `tags` and `event_id` are additions.
 */
const report = `{"report_id":"5f62c830","scan_status":"Success","severity":"High","duration":3,
  "summary":{"total":5,"fixable":2,"summary":{"High":3,"Low":2}},
  "start_time":"2023-03-06T05:58:20Z","end_time":"2023-03-06T05:58:23Z",
  "scanner":{"name":"Trivy","vendor":"Aqua Security","version":"v0.37.2"},"complete_percent":100}`;
const mediaType = 'application/vnd.security.vulnerability.report; version=1.1';
const sbomType = 'application/vnd.security.sbom.report+json; version=1.0';
const scanned = '"digest":"sha256:dde8","tag":"v1","resource_url":"harbor.dev/library/busybox:v1"';
const repository =
  '"repository":{"name":"busybox","namespace":"library","repo_full_name":"library/busybox","repo_type":"public"}';
const replicated = (status: string, list: string) => `{"type":"REPLICATION","occur_at":1678082303,"operator":"admin",
  "event_data":{"replication":{"harbor_hostname":"harbor.dev","job_status":"${status}","description":"",
  "artifact_type":"image","authentication_type":"basic","override_mode":true,"trigger_type":"MANUAL",
  "policy_creator":"admin","execution_timestamp":1678082300,
  "src_resource":{"registry_name":"hub","registry_type":"docker-hub","endpoint":"https://hub.docker.com","namespace":"library"},
  "dest_resource":{"registry_type":"harbor","endpoint":"https://harbor.dev","namespace":"library"},
  "${list}":[{"type":"image","status":"${status}","name_tag":"busybox [1 item(s) in total]","references":["v1"]}],
  "execution_id":5,"task_id":9}}}`;

const harbor = {
  scanCompleted: `{"type":"SCANNING_COMPLETED","occur_at":1678082303,"operator":"auto","event_data":{
    "resources":[{${scanned},"scan_overview":{"${mediaType}":${report}}}],${repository},"scan":{"scan_type":"vulnerability"}}}`,
  scanFailed: `{"type":"SCANNING_FAILED","occur_at":1678082303,"operator":"auto","event_data":{
    "resources":[{${scanned}}],${repository},"scan":{"scan_type":"vulnerability"}}}`,
  scanStopped: `{"type":"SCANNING_STOPPED","occur_at":1678082303,"operator":"auto","event_data":{
    "resources":[{"digest":"sha256:dde8","resource_url":"harbor.dev/library/busybox@sha256:dde8"}],${repository},
    "scan":{"scan_type":"vulnerability"}}}`,
  sbomCompleted: `{"type":"SCANNING_COMPLETED","occur_at":1678082303,"operator":"auto","event_data":{
    "resources":[{${scanned},"sbom_overview":{"${sbomType}":${report}}}],${repository},"scan":{"scan_type":"sbom"}}}`,
  replicated: replicated('Success', 'successful_artifact'),
  replicationFailed: replicated('Error', 'failed_artifact'),
};

const actor = (name: string) => ({ name, address: '', userAgent: '' });
const event = (topic: NotifiedEvent['topic'], payload: object) =>
  ({ id: 1, key: 'library/busybox', topic, payload, creationTime: new Date(1_678_082_303_000) }) as NotifiedEvent;
const scan = (payload: object) =>
  event('scan.finished', {
    ...{ projectId: 1, repositoryId: 2, repository: 'library/busybox', digest: 'sha256:dde8', actor: actor('auto') },
    ...{ tags: ['v1'], kind: 'vulnerability', outcome: 'completed', overview: {} },
    ...payload,
  });
const replication = (body: string) => {
  const { harbor_hostname: _host, ...given } = (
    JSON.parse(body) as { event_data: { replication: EventData['replication'] } }
  ).event_data.replication!;
  return event('replication.finished', { projectId: 1, project: 'library', actor: actor('admin'), report: given });
};

it.each([
  ['a scan', scan({ overview: { [mediaType]: JSON.parse(report) } }), harbor.scanCompleted],
  ['a scan that failed', scan({ outcome: 'failed' }), harbor.scanFailed],
  ['a scan of what has no tag, that was stopped', scan({ outcome: 'stopped', tags: [] }), harbor.scanStopped],
  ['an SBOM', scan({ kind: 'sbom', overview: { [sbomType]: JSON.parse(report) } }), harbor.sbomCompleted],
  ['a replication', replication(harbor.replicated), harbor.replicated],
  ['a replication that failed', replication(harbor.replicationFailed), harbor.replicationFailed],
])('%s is told of as by Harbor', (_name, given, expected) => {
  // A repository's date is in neither, even where it is known.
  const facts = { host: 'harbor.dev', isPublic: true, repositoryCreationTime: new Date(0) };
  const choice = { policyId: 1, type: 'http', format: 'Default', template: '' } as const;
  const { body } = payloadFor(notificationOf(given, facts), choice);
  const { event_id: id, ...sent } = JSON.parse(body) as { event_id: string; event_data: EventData };
  for (const resource of sent.event_data.resources ?? []) delete resource.tags;
  expect(sent).toEqual(JSON.parse(expected));
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
});
