import { describe as lines, summarize } from './findings.mjs';

const base64 = (text: string) => ({ $base64: Buffer.from(text).toString('base64') });
const exchange = (uri: string, status: number) => ({
  request: { method: 'GET', uri, body: null },
  response: { status_code: status, content: base64('{}') },
});
const passed = { name: 'not_a_server_error', status: 'success' };
const failed = {
  name: 'status_code_conformance',
  status: 'failure',
  failure_info: { failure: { title: 'Undocumented status code', message: 'Received: 418\nDocumented: 200' } },
};
const report = [
  { Initialize: {} },
  {
    ScenarioFinished: {
      recorder: {
        label: 'GET /things',
        interactions: {
          a: exchange('/things?a', 200),
          b: exchange('/things?b', 418),
          c: exchange('/things?c', 418),
          d: { request: { method: 'GET', uri: '/things?d' }, response: null },
        },
        checks: { a: [passed], b: [passed, failed], c: [failed] },
      },
    },
  },
  { ScenarioFinished: { recorder: { label: 'POST /nothing-to-try' } } },
  { NonFatalError: { label: 'PUT /things/{id}', value: { type: 'InvalidSchema', message: 'no parameter' } } },
].map((event) => JSON.stringify(event));

it('counts answers, and gathers failures of one kind with their first example', async () => {
  const summary = await summarize(report);
  expect(summary).toEqual({
    requests: 4,
    operations: 1,
    statuses: { 0: 1, 200: 1, 418: 2 },
    findings: [
      {
        count: 2,
        check: 'status_code_conformance',
        operation: 'GET /things',
        status: 418,
        text: 'Undocumented status code: Received: 418\nDocumented: 200',
        request: 'GET /things?b',
        answer: '{}',
      },
      {
        count: 1,
        check: 'done',
        operation: 'PUT /things/{id}',
        status: 0,
        text: 'InvalidSchema: no parameter',
        request: '',
        answer: '',
      },
    ],
  });
  expect(lines(summary).slice(0, 4)).toEqual([
    '4 requests to 1 operations (0: 1, 200: 1, 418: 2)',
    'FAILED 2 × status_code_conformance: GET /things 418',
    '    Undocumented status code: Received: 418 | Documented: 200',
    '    GET /things?b',
  ]);
});
