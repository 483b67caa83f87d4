import { makeKeyPair, makeRoot, toPem } from '@breakwater/testing/signing';
import { Api } from './support/api';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { itCovers } from './support/operations';

jest.setTimeout(60_000);

interface Policy {
  version: number;
  pull: string;
}
interface Material {
  id: number;
  name: string;
}

describe('the trust policy of a project', () => {
  let fixture: ProjectFixture;
  let developer: Api;
  let policy: string;
  let materials: string;

  beforeAll(async () => {
    fixture = await openProject('trust-policy');
    developer = new Api(fixture.platform, fixture.developer);
    policy = `/projects/${fixture.project}/trust-policy`;
    materials = `${policy}/materials`;
  });

  const certificate = (name: string) => toPem(makeRoot(`C=DE, ST=BE, O=acme, CN=${name}`).der);

  itCovers(
    ['addTrustMaterials', 'listTrustMaterials', 'getTrustMaterial', 'setTrustPolicy', 'deleteTrustMaterial'],
    'names signers by certificates that are uploaded, and that stay while they are needed',
    async () => {
      const content = certificate('tester');
      const there = await fixture.api.create(materials, { kind: 'ca', name: 'testers', content });
      const [listed] = await developer.get<Material[]>(materials);
      expect(listed).toMatchObject({ name: 'testers', certificate: { subject: 'C=DE, ST=BE, O=acme, CN=tester' } });
      expect(await developer.get(there)).toMatchObject({ id: listed!.id, content });

      const signers = [{ name: 'tester', system: 'notation', trusted_by: ['ca:testers'] }];
      const set = expectStatus(await fixture.api.call('PUT', policy, { signers }), 200).json<Policy>();
      expect(set).toMatchObject({ version: 2, signers });
      expectStatus(await fixture.api.call('DELETE', there), 412);
      expectStatus(await fixture.api.call('PUT', policy, { version: 1 }), 409);
      expectStatus(await fixture.api.call('PUT', policy, { version: 2 }), 200);
      expectStatus(await fixture.api.call('DELETE', there), 200);
      expect(await developer.get(materials)).toEqual([]);
    },
  );

  itCovers(
    ['getTrustPolicy', 'getEffectiveTrustPolicy', 'resetTrustPolicy'],
    'adds to what the metadata asks for, and can be taken back',
    async () => {
      expectStatus(await fixture.api.call('PUT', policy, { quarantine: { days: 7 } }), 200);
      const metadata = { enable_content_trust: 'true' };
      expectStatus(await fixture.api.call('PUT', `/projects/${fixture.project}`, { metadata }), 200);
      expect(await developer.get<Policy>(policy)).toMatchObject({ pull: 'allow', quarantine: { days: 7 } });
      expect(await developer.get(`${policy}/effective`)).toMatchObject({
        pull: 'block',
        quarantine: { days: 7 },
        requirements: [{ systems: ['notary', 'notation'], because: 'enable_content_trust' }],
      });
      expectStatus(await fixture.api.call('DELETE', policy), 200);
      expect(await developer.get(`${policy}/effective`)).toMatchObject({ pull: 'block', quarantine: null });
    },
  );

  it('takes no private key, and changes by nobody but administrators', async () => {
    const secret = makeKeyPair('p256').privateKey.export({ type: 'pkcs8', format: 'pem' });
    const refused = expectStatus(
      await fixture.api.call('POST', materials, { kind: 'cosignKey', name: 'mine', content: secret }),
      400,
    );
    expect(refused.body.toString()).toContain('it holds a private key');
    const maintainer = new Api(fixture.platform, fixture.maintainer);
    expectStatus(await maintainer.call('PUT', policy, {}), 403);
    expectStatus(await maintainer.call('DELETE', policy), 403);
    expectStatus(
      await maintainer.call('POST', materials, { kind: 'ca', name: 'mine', content: certificate('mine') }),
      403,
    );
    expectStatus(await maintainer.call('DELETE', `${materials}/1`), 403);
    const robot = await fixture.api.createRobot({ project: fixture.project, name: 'r', actions: ['pull', 'push'] });
    expectStatus(await new Api(fixture.platform, robot).call('GET', policy), 403);
    expectStatus(await new Api(fixture.platform, fixture.stranger).call('GET', policy), 403);
    expectStatus(await new Api(fixture.platform).call('GET', `${policy}/effective`), 401);
  });
});
