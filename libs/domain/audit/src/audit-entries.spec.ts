import { events } from '@breakwater/contracts';
import { auditedTopics, auditEntries, type AuditedEvent } from './audit-entries';

const actor = { name: 'robot$ci', address: '192.0.2.7', userAgent: 'docker' };
const place = { projectId: 3, repositoryId: 4, repository: 'library/app', actor };
const creationTime = new Date('2026-11-23T04:00:00Z');
const digest = 'sha256:abc';

const entriesOf = (topic: AuditedEvent['topic'], payload: object) =>
  auditEntries({
    id: 1,
    key: 'library/app',
    topic,
    payload: { ...place, ...payload },
    creationTime,
  } as AuditedEvent).map(({ operation, resourceType, resource }) => `${operation} ${resourceType} ${resource}`);

describe('auditEntries', () => {
  it.each([
    ['artifact.pushed', { digest, tags: [] }, ['create artifact library/app@sha256:abc']],
    [
      'artifact.pushed',
      { digest, tags: ['v1', 'v2'] },
      ['create artifact library/app:v1', 'create artifact library/app:v2'],
    ],
    ['artifact.deleted', { digest, tags: ['v1'] }, ['delete artifact library/app@sha256:abc']],
    ['artifact.restored', { digest, tags: ['v1'] }, ['restore artifact library/app@sha256:abc']],
    ['artifact.purged', { digest }, ['purge artifact library/app@sha256:abc']],
    ['artifact.pulled', { digest }, ['pull artifact library/app@sha256:abc']],
    ['artifact.pulled', { digest, tag: 'v1' }, ['pull artifact library/app:v1']],
    ['tag.created', { digest, tag: 'v1' }, ['create tag library/app:v1']],
    ['tag.restored', { digest, tag: 'v1' }, ['restore tag library/app:v1']],
    ['tag.deleted', { digest, tag: 'v1' }, ['delete tag library/app:v1']],
    [
      'signed-tag.replaced',
      { tag: 'v1', oldDigest: digest, newDigest: 'sha256:def' },
      ['replace signed_tag library/app:v1'],
    ],
    ['repository.deleted', {}, ['delete repository library/app']],
    ['action.audited', { event: 'update_user', resource: 'alice' }, ['update user alice']],
    ['action.audited', { event: 'delete_access_token', resource: 'ann/ci' }, ['delete access_token ann/ci']],
  ] as const)('%s %j', (topic, payload, expected) => {
    expect(entriesOf(topic, payload)).toEqual(expected);
  });

  it('leaves out only what is no change of its own', () => {
    const left = Object.keys(events).filter((topic) => !auditedTopics.some((audited) => audited === topic));
    expect(left).toEqual([
      'tag.moved',
      'quota.exceeded',
      'quota.warned',
      'scan.finished',
      'replication.finished',
      'retention.finished',
      // Their causes are audited: requests, and publications by clients with keys.
      'trust-policy.changed',
      'trust-data.changed',
      'signature.changed',
    ]);
  });

  it('keeps who, from where, and when', () => {
    const [entry] = auditEntries({
      id: 1,
      key: 'library/app',
      topic: 'tag.deleted',
      payload: { ...place, digest, tag: 'v1' },
      creationTime,
    });
    expect(entry).toEqual({
      projectId: 3,
      username: 'robot$ci',
      sourceAddress: '192.0.2.7',
      userAgent: 'docker',
      succeeded: true,
      time: creationTime,
      operation: 'delete',
      resourceType: 'tag',
      resource: 'library/app:v1',
      description: 'delete tag: library/app:v1',
    });
  });

  it('keeps what was tried and failed, of the system too', () => {
    const payload = {
      projectId: null,
      actor,
      event: 'login_user',
      resource: 'alice',
      description: 'wrong password',
      succeeded: false,
    };
    expect(auditEntries({ id: 1, key: 'alice', topic: 'action.audited', payload, creationTime })).toEqual([
      {
        projectId: null,
        username: 'robot$ci',
        sourceAddress: '192.0.2.7',
        userAgent: 'docker',
        time: creationTime,
        operation: 'login',
        resourceType: 'user',
        resource: 'alice',
        description: 'wrong password',
        succeeded: false,
      },
    ]);
  });
});
