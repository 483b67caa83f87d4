import type { AuditEntry } from './audit-entries';
import { readEndpoint } from './forward-endpoint';
import { syslogFrame, syslogMessage } from './syslog-message';

const entry: AuditEntry = {
  projectId: 3,
  username: 'alice',
  operation: 'delete',
  resourceType: 'artifact',
  resource: 'library/app@sha256:abc',
  description: 'delete artifact: library/app@sha256:abc',
  succeeded: true,
  sourceAddress: '192.0.2.7',
  userAgent: 'docker/27',
  time: new Date('2026-11-23T04:00:00.123Z'),
};

describe('syslogMessage', () => {
  it('is as RFC 5424 section 6 has it', () => {
    expect(syslogMessage(entry, 'host-1')).toBe(
      '<110>1 2026-11-23T04:00:00.123Z host-1 breakwater - delete_artifact ' +
        '[audit@32473 operator="alice" operation="delete" resourceType="artifact" resource="library/app@sha256:abc" project="3" ' +
        'result="success" address="192.0.2.7" userAgent="docker/27"] delete artifact: library/app@sha256:abc',
    );
  });

  it('warns of what failed, and leaves out what is not known', () => {
    const failed = { ...entry, projectId: null, sourceAddress: '', userAgent: '', succeeded: false };
    const message = syslogMessage(failed, '');
    expect(message).toMatch(/^<108>1 \S+ - breakwater - delete_artifact \[/);
    expect(message).toContain('result="failure"]');
    expect(message).not.toMatch(/project=|address=|userAgent=/);
  });

  it('lets nobody write a message of their own', () => {
    const userAgent = 'x"] forged\n<13>1 - - - - - - \\ \u0000';
    const message = syslogMessage({ ...entry, userAgent, description: 'a\r\nb' }, 'host 1');
    expect(message).toContain('userAgent="x\\"\\] forged <13>1 - - - - - - \\\\  "] a  b');
    expect(message).toContain(' host1 breakwater ');
    expect(message).not.toContain('\n');
  });
});

describe('syslogFrame', () => {
  it('begins with the length in bytes, not characters', () => {
    const frame = syslogFrame({ ...entry, resource: 'größe' }, 'host').toString();
    const [, length = '', message = ''] = /^(\d+) (.*)$/s.exec(frame) ?? [];
    expect(Buffer.byteLength(message)).toBe(Number(length));
    expect(message.length).toBe(Number(length) - 2);
  });
});

describe('readEndpoint', () => {
  it.each([
    ['logs.example.com:6514', { host: 'logs.example.com', port: 6514 }],
    ['tcp://10.0.0.7:514', { host: '10.0.0.7', port: 514 }],
    ['logs', { host: 'logs', port: 514 }],
    ['[2001:db8::7]:601', { host: '2001:db8::7', port: 601 }],
    ['', undefined],
    ['logs:0', undefined],
    ['logs:65536', undefined],
    ['http://logs/path', undefined],
    ['logs example', undefined],
  ])('%j', (text, expected) => expect(readEndpoint(text)).toEqual(expected));
});
