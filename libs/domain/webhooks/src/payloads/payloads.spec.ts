import { eventTypes, type EventType } from '../event-types';
import { notificationOf } from '../notification';
import type { NotifiedEvent } from '../notified-event';
import type { EventFacts } from '../event-data';
import { payloadFor, type PayloadChoice } from './payload-for';

const facts: EventFacts = {
  host: 'harbor.dev',
  isPublic: true,
  repositoryCreationTime: new Date('2023-02-22T08:06:05Z'),
};
const actor = { name: 'admin', address: '192.0.2.7', userAgent: '' };
const creationTime = new Date('2023-03-06T05:58:23.456Z');
const digest = 'sha256:dde8';
const image = { projectId: 1, repositoryId: 2, repository: 'library/team/busybox', artifactId: 3, digest, actor };
const inProject = { projectId: 1, project: 'library', actor };

const event = (topic: NotifiedEvent['topic'], payload: object) =>
  ({ id: 7, key: 'library/team/busybox', topic, payload, creationTime }) as NotifiedEvent;

const repository = {
  name: 'team/busybox',
  namespace: 'library',
  repo_full_name: 'library/team/busybox',
  repo_type: 'public',
};
const dated = { date_created: 1677053165, ...repository };
const summary = {
  report_id: 'r',
  scan_status: 'Success',
  severity: 'High',
  duration: 3,
  summary: { total: 3, fixable: 1, summary: { High: 3 } },
  start_time: '2023-03-06T05:58:20Z',
  end_time: '2023-03-06T05:58:23Z',
  scanner: { name: 'Trivy', vendor: 'Aqua Security', version: 'v0.72.0' },
  complete_percent: 100,
};
const overview = { 'application/vnd.security.vulnerability.report; version=1.1': summary };
const replication = {
  job_status: 'Success',
  description: '',
  artifact_type: 'image',
  authentication_type: 'basic',
  override_mode: true,
  trigger_type: 'MANUAL',
  policy_creator: 'admin',
  execution_timestamp: 1,
  src_resource: { registry_name: 'hub', registry_type: 'docker-hub', endpoint: 'https://hub', namespace: 'library' },
  dest_resource: { registry_type: 'harbor', endpoint: 'https://harbor.dev', namespace: 'library' },
  successful_artifact: [
    { type: 'image', status: 'Success', name_tag: 'busybox [1 item(s) in total]', references: ['v1'] },
  ],
  execution_id: 5,
  task_id: 9,
};
const retention = {
  total: 10,
  retained: 7,
  project_name: 'library',
  retention_policy_id: 1,
  retention_rule: [{ template: 'latestPushedK', params: { latestPushedK: 10 } }],
  result: 'SUCCESS',
  deleted_artifact: [{ type: 'image', status: 'SUCCESS', name_tag: 'busybox:v0', references: null }],
};
const atDigest = 'harbor.dev/library/team/busybox@sha256:dde8';
const atTag = 'harbor.dev/library/team/busybox:v1';

/** Event → `type` and `event_data`, as in ecosystem.md section 4. */
const fixtures: [string, NotifiedEvent, EventType, object][] = [
  [
    'a push of tags',
    event('artifact.pushed', { ...image, mediaType: '', artifactType: '', tags: ['v1', 'latest'], created: true }),
    'PUSH_ARTIFACT',
    { resources: [{ digest, tag: 'v1', resource_url: atTag, tags: ['v1', 'latest'] }], repository: dated },
  ],
  [
    'a push by digest',
    event('artifact.pushed', { ...image, mediaType: '', artifactType: '', tags: [], created: true }),
    'PUSH_ARTIFACT',
    { resources: [{ digest, tag: digest, resource_url: atDigest }], repository: dated },
  ],
  [
    'a pull by tag',
    event('artifact.pulled', { ...inProject, repository: image.repository, digest, tag: 'v1' }),
    'PULL_ARTIFACT',
    { resources: [{ digest, tag: 'v1', resource_url: atTag }], repository: dated },
  ],
  [
    'a deletion',
    event('artifact.deleted', { ...image, artifactType: '', tags: ['v1'] }),
    'DELETE_ARTIFACT',
    { resources: [{ digest, tag: 'v1', resource_url: atTag, tags: ['v1'] }], repository: dated },
  ],
  [
    'a refused push',
    event('quota.exceeded', { ...inProject, repository: image.repository, digest, tag: 'v1', details: 'no room' }),
    'QUOTA_EXCEED',
    { resources: [{ digest, tag: 'v1' }], repository, custom_attributes: { Details: 'no room' } },
  ],
  [
    'a quota that fills up',
    event('quota.warned', { ...inProject, repository: image.repository, details: 'quota usage reach 85%' }),
    'QUOTA_WARNING',
    { repository, custom_attributes: { Details: 'quota usage reach 85%' } },
  ],
  [
    'a scan that failed',
    event('scan.finished', { ...image, tags: [], kind: 'vulnerability', outcome: 'failed', overview }),
    'SCANNING_FAILED',
    {
      resources: [{ digest, resource_url: atDigest, scan_overview: overview }],
      repository,
      scan: { scan_type: 'vulnerability' },
    },
  ],
  [
    'a scan that was stopped',
    event('scan.finished', { ...image, tags: ['v1'], kind: 'vulnerability', outcome: 'stopped', overview: {} }),
    'SCANNING_STOPPED',
    {
      resources: [{ digest, tag: 'v1', tags: ['v1'], resource_url: atTag }],
      repository,
      scan: { scan_type: 'vulnerability' },
    },
  ],
  [
    'an SBOM that was made',
    event('scan.finished', { ...image, tags: ['v1'], kind: 'sbom', outcome: 'completed', overview }),
    'SCANNING_COMPLETED',
    {
      resources: [{ digest, tag: 'v1', tags: ['v1'], resource_url: atTag, sbom_overview: overview }],
      repository,
      scan: { scan_type: 'sbom' },
    },
  ],
  [
    'a replication',
    event('replication.finished', { ...inProject, report: replication }),
    'REPLICATION',
    { replication: { harbor_hostname: 'harbor.dev', ...replication } },
  ],
  [
    'a retention run',
    event('retention.finished', { ...inProject, report: retention }),
    'TAG_RETENTION',
    { retention: { harbor_hostname: 'harbor.dev', ...retention } },
  ],
  [
    'a signed tag that was replaced',
    event('signed-tag.replaced', {
      ...{ projectId: 1, repositoryId: 2, repository: image.repository, actor },
      ...{ tag: 'v1', oldDigest: 'sha256:01d', newDigest: digest },
    }),
    'SIGNED_TAG_REPLACED',
    {
      resources: [{ digest, tag: 'v1', resource_url: atTag }],
      repository: dated,
      custom_attributes: {
        Details: 'library/team/busybox:v1 was signed, and now points to something that is not',
        SignedDigest: 'sha256:01d',
        Digest: digest,
        SourceAddress: '192.0.2.7',
      },
    },
  ],
];

const choice: PayloadChoice = { policyId: 4, type: 'http', format: 'Default', template: '' };
const sent = (given: NotifiedEvent, options: Partial<PayloadChoice> = {}) => {
  const { contentType, body } = payloadFor(notificationOf(given, facts), { ...choice, ...options });
  return { contentType, body: JSON.parse(body) };
};

describe('the default payload', () => {
  it.each(fixtures)('of %s', (_name, given, type, data) => {
    expect(sent(given)).toEqual({
      contentType: 'application/json',
      body: {
        type,
        occur_at: 1678082303,
        operator: 'admin',
        event_data: data,
        event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
  });

  it('is there for every type of event', () => {
    expect(new Set(fixtures.map(([, , type]) => type))).toEqual(new Set(eventTypes));
  });

  it('has no date of a repository that is gone', () => {
    const [, given] = fixtures[3]!;
    const { data } = notificationOf(given, { ...facts, repositoryCreationTime: undefined, isPublic: false });
    expect(data.repository).toEqual({ ...repository, repo_type: 'private' });
  });

  it('has the same id for the same event, and another for another', () => {
    const [, given] = fixtures[0]!;
    const id = notificationOf(given, facts).id;
    expect(notificationOf({ ...given }, facts).id).toBe(id);
    expect(notificationOf({ ...given, id: 8 }, facts).id).not.toBe(id);
    expect(notificationOf({ ...given, creationTime: new Date(0) }, facts).id).not.toBe(id);
  });
});

const cloudEventTypes: Record<EventType, string> = {
  PUSH_ARTIFACT: 'harbor.artifact.pushed',
  PULL_ARTIFACT: 'harbor.artifact.pulled',
  DELETE_ARTIFACT: 'harbor.artifact.deleted',
  QUOTA_EXCEED: 'harbor.quota.exceeded',
  QUOTA_WARNING: 'harbor.quota.warned',
  SCANNING_FAILED: 'harbor.scan.failed',
  SCANNING_STOPPED: 'harbor.scan.stopped',
  SCANNING_COMPLETED: 'harbor.scan.completed',
  REPLICATION: 'harbor.replication.status.changed',
  TAG_RETENTION: 'harbor.tag_retention.finished',
  SIGNED_TAG_REPLACED: 'breakwater.signed_tag.replaced',
};

describe('the CloudEvents payload', () => {
  it.each(fixtures)('of %s', (_name, given, type, data) => {
    const { id } = notificationOf(given, facts);
    expect(sent(given, { format: 'CloudEvents' })).toEqual({
      contentType: 'application/cloudevents+json',
      body: {
        specversion: '1.0',
        id,
        source: '/projects/1/webhook/policies/4',
        type: cloudEventTypes[type],
        datacontenttype: 'application/json',
        time: '2023-03-06T05:58:23.456Z',
        data,
        operator: 'admin',
        requestid: id,
      },
    });
  });
});

describe("Slack's payload", () => {
  const texts = (given: NotifiedEvent): string[] =>
    sent(given, { type: 'slack' }).body.blocks.map(({ text }: { text: { text: string } }) => text.text);

  it('has the blocks that Harbor sends', () => {
    const [, given, , data] = fixtures[0]!;
    expect(sent(given, { type: 'slack' }).body.blocks[0]).toEqual({
      type: 'section',
      text: { type: 'mrkdwn', text: '*Harbor webhook events*' },
    });
    const [title, type, time, operator, heading, details] = texts(given);
    expect([title, type, operator, heading]).toEqual([
      '*Harbor webhook events*',
      '*event_type:* PUSH_ARTIFACT',
      '*operator:* admin',
      '*event_data:*',
    ]);
    expect(time).toBe('*occur_at:* <!date^1678082303^{date} at {time}|2023-03-06T05:58:23.456Z>');
    expect(JSON.parse(details!.replaceAll('```', ''))).toEqual(data);
  });

  it('marks nothing up, and fits into what Slack takes', () => {
    const details = `<script>&${'x'.repeat(5_000)}`;
    const all = texts(event('quota.warned', { ...inProject, repository: 'library/app', details }));
    expect(all.at(-1)).toContain('&lt;script&gt;&amp;');
    for (const text of all) expect(text.length).toBeLessThanOrEqual(3_000);
    expect(all.at(-1)!.endsWith('…```')).toBe(true);
  });
});

describe("Teams' payload", () => {
  it.each(fixtures)('is an adaptive card: %s', (_name, given, type) => {
    const { body } = sent(given, { type: 'teams' });
    expect(body).toMatchObject({
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } }],
    });
    const [, { facts: shown }] = body.attachments[0].content.body;
    expect(shown).toContainEqual({ title: 'Event', value: type });
  });
});

describe('templates', () => {
  const [, given] = fixtures[0]!;
  const rendered = (template: string) => sent(given, { format: 'Template', template }).body;

  it('stand texts in quotes and values outside', () => {
    expect(
      rendered(
        '{"image":"{{event_data.resources.0.resource_url}} by {{ operator }}","tags":{{json event_data.resources.0.tags}}}',
      ),
    ).toEqual({ image: `${atTag} by admin`, tags: ['v1', 'latest'] });
  });

  it('have nothing for what is not there, and never look behind the values', () => {
    expect(
      rendered(
        '{"a":"{{event_data.retention.total}}","b":{{json nothing}},"c":"{{operator.length}}","d":"{{event_data.constructor}}"}',
      ),
    ).toEqual({
      a: '',
      b: null,
      c: '',
      d: '',
    });
  });

  it('grow no larger than what a receiver can take, however often a value is asked for', () => {
    const large = event('quota.warned', { ...inProject, repository: 'library/app', details: 'x'.repeat(100_000) });
    const parts = Array.from({ length: 1_000 }, () => '"{{event_data.custom_attributes.Details}}",{{json event_data}}');
    const { body } = sent(large, { format: 'Template', template: `[${parts.join()}]` });
    expect(body[0]).toBe('x'.repeat(100_000));
    expect(body.slice(-2)).toEqual(['', null]);
    expect(JSON.stringify(body).length).toBeLessThan(1_200_000);
  });

  it('stay JSON whatever the values hold', () => {
    const hostile = event('quota.warned', { ...inProject, repository: 'library/app', details: '"}\n{{json x}}\\' });
    const template = '{"text":"{{event_data.custom_attributes.Details}}"}';
    expect(sent(hostile, { format: 'Template', template }).body).toEqual({ text: '"}\n{{json x}}\\' });
  });
});
