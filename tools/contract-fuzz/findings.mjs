// What schemathesis was answered, counted from its report (`--report ndjson`).

/**
 * @typedef {{ count: number, check: string, operation: string, status: number, text: string, request: string,
 *   answer: string }} Finding one kind of failure with its first example; `status` 0: no answer came
 */

/**
 * @param {AsyncIterable<string> | Iterable<string>} lines of the report
 * @returns {Promise<{ requests: number, operations: number, statuses: Record<string, number>, findings: Finding[] }>}
 */
export async function summarize(lines) {
  const counted = { requests: 0, operations: new Set(), statuses: {}, findings: new Map() };
  for await (const line of lines) {
    const event = JSON.parse(line);
    if (event.ScenarioFinished) addScenario(counted, event.ScenarioFinished.recorder);
    if (event.NonFatalError) addError(counted, event.NonFatalError);
    if (event.FatalError) addError(counted, { label: 'all', value: event.FatalError.exception });
  }
  return { ...counted, operations: counted.operations.size, findings: [...counted.findings.values()] };
}

function addScenario(counted, { label, interactions = {}, checks = {} }) {
  if (Object.keys(interactions).length > 0) counted.operations.add(label);
  for (const [id, interaction] of Object.entries(interactions)) {
    addInteraction(counted, label, interaction, checks[id] ?? []);
  }
}

function addInteraction(counted, operation, { request, response }, checks) {
  const status = response?.status_code ?? 0;
  counted.requests++;
  counted.statuses[status] = (counted.statuses[status] ?? 0) + 1;
  for (const { name, failure_info: info } of checks.filter((check) => check.status === 'failure')) {
    const { title, message } = info.failure;
    const about = { check: name, operation, status, text: `${title}: ${message}` };
    addFinding(counted.findings, { ...about, request: requestLine(request), answer: textOf(response?.content) });
  }
}

/** What schemathesis could not do: read a part of the document, or get an answer. */
function addError({ findings }, { label, value }) {
  const text = `${value?.type}: ${value?.message}`;
  addFinding(findings, { check: 'done', operation: label, status: 0, text, request: '', answer: '' });
}

function addFinding(findings, finding) {
  const key = `${finding.check} ${finding.operation} ${finding.status}`;
  const known = findings.get(key);
  if (known) known.count++;
  else findings.set(key, { count: 1, ...finding });
}

const requestLine = ({ method, uri, body }) => `${method} ${uri} ${textOf(body)}`.trim();
const textOf = (body) =>
  Buffer.from(body?.$base64 ?? '', 'base64')
    .toString()
    .trim();

/** Lines for people. @param {Awaited<ReturnType<typeof summarize>>} summary */
export function describe({ requests, operations, statuses, findings }) {
  const counts = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`);
  return [
    `${requests} requests to ${operations} operations (${counts.join(', ')})`,
    ...findings.flatMap(({ count, check, operation, status, text, request, answer }) => [
      `FAILED ${count} × ${check}: ${operation} ${status}`,
      ...[text, request, answer].filter(Boolean).map((line) => `    ${line.replace(/\n\s*/g, ' | ').slice(0, 800)}`),
    ]),
  ];
}
