import type { FastifyRequest } from 'fastify';
import { eventText } from './live-event';
import { isLive, lastEventId } from './live-request';

describe('a server-sent event', () => {
  it.each([
    [{ name: 'end', data: '{}' }, 'event: end\ndata: {}\n\n'],
    [{ name: 'log', data: 'a', id: 7 }, 'event: log\nid: 7\ndata: a\n\n'],
    [{ name: 'log', data: 'a\nb\r\nc\rd' }, 'event: log\ndata: a\ndata: b\ndata: c\ndata: d\n\n'],
    [{ name: 'log', data: 'a\n\nevent: end' }, 'event: log\ndata: a\ndata: \ndata: event: end\n\n'],
    [{ name: 'log', data: '' }, 'event: log\ndata: \n\n'],
  ])('%j', (event, text) => {
    expect(eventText(event)).toBe(text);
  });
});

describe('a request', () => {
  const request = (url: string, query = {}, headers = {}) =>
    ({ routeOptions: { url }, query, headers }) as unknown as FastifyRequest;
  const log = '/api/v2.0/jobservice/jobs/:job_id/log';
  const browser = { accept: 'text/event-stream' };

  it('follows when it says so, and where there is something to follow', () => {
    expect(isLive(request(log))).toBe(false);
    expect(isLive(request(log, { follow: 'true' }))).toBe(true);
    expect(isLive(request(log, { follow: 'false' }))).toBe(false);
    expect(isLive(request(log, {}, browser))).toBe(true);
    expect(isLive(request('/api/v2.0/jobservice/executions/:execution_id/events'))).toBe(true);
    expect(isLive(request('/api/v2.0/projects', { follow: 'true' }, browser))).toBe(false);
  });

  it.each([
    [undefined, 0],
    ['', 0],
    ['12', 12],
    ['-1', 0],
    ['1.5', 0],
    ['x', 0],
  ])('that left off at %j goes on after %j', (id, expected) => {
    expect(lastEventId(request(log, {}, { 'last-event-id': id }))).toBe(expected);
  });
});
