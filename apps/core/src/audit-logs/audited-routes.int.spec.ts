import { auditEventTypes } from '@breakwater/audit';
import { RouteInventory } from '../auth/route-inventory';
import { startTestCore, type TestCore } from '../testing/test-core';
import { AUDITED, type Audited } from './audited.decorator';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
});
afterAll(() => core.close());

/** Why no entry of the audit log tells of them by `@Audited`. */
const exceptions: Record<string, string> = {
  'POST /c/login': 'notes itself who signed in, and who tried to: the name is in the form, not in a session',
  'POST /api/v2.0/users': 'notes itself who was created: the password is hashed before the transaction',
  'PUT /api/v2.0/users/:user_id/password':
    'notes itself what was done: a wrong old password must stay counted when it fails',
  'POST /api/v2.0/scanners/ping': 'changes nothing: it asks whether an adapter answers',
  'POST /c/userExists': 'changes nothing: it asks whether a name is free',
};

it('every operation that changes something is in the audit log', () => {
  const routes = core.app
    .get(RouteInventory, { strict: false })
    .routes()
    .filter(({ method }) => !['GET', 'HEAD'].includes(method));
  expect(routes.length).toBeGreaterThan(70);
  const named = (declared: boolean): string[] =>
    routes.filter((route) => (route.declared(AUDITED) !== undefined) === declared).map(nameOf);
  expect(named(false).sort()).toEqual(Object.keys(exceptions).sort());
  const types = routes.map((route) => (route.declared(AUDITED) as Audited | undefined)?.event).filter(Boolean);
  expect(auditEventTypes).toEqual(expect.arrayContaining(types));
});

const nameOf = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;
