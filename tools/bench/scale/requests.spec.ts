import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requestsOf } from './requests.mjs';

interface Document {
  paths: Record<string, { get?: { operationId: string } }>;
}

/** Whatever it is asked for. */
const thing: object = new Proxy({}, { get: (_all, name) => String(name) });
const places: object = new Proxy({}, { get: (_all, name) => (name === 'icon' ? 'sha256:0' : thing) });

it('asks every GET of the API document', () => {
  const document = JSON.parse(readFileSync(join(__dirname, '../../../docs/api/core.openapi.json'), 'utf8')) as Document;
  const operations = Object.values(document.paths).flatMap(({ get }) => (get ? [get.operationId] : []));
  const asked = Object.keys(requestsOf(places));
  expect(operations.length).toBeGreaterThan(80);
  expect(operations.filter((operation) => !asked.includes(operation))).toEqual([]);
  expect(asked.filter((operation) => !operations.includes(operation))).toEqual([]);
});
