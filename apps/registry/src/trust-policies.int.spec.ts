import { roleIds, type Principal } from '@breakwater/access';
import { ArtifactDeletionService } from '@breakwater/artifacts';
import { digestOf } from '@breakwater/kernel';
import { cosignManifest, cosignPayload, makeKeyPair, type CosignLayer } from '@breakwater/testing/signing';
import { trustPolicySettings, TrustPoliciesService } from '@breakwater/trust-policies';
import { sign } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { Answer } from './testing/http-client';
import { artifactManifest, descriptor, indexManifest } from './testing/images';
import { RegistryUnderTest } from './testing/registry-under-test';
import { expectStatus, RepositoryClient, type Image } from './testing/repository-client';

const keys = { release: makeKeyPair('p256'), other: makeKeyPair('p256') };
type Signer = keyof typeof keys;

let registry: RegistryUnderTest;
let projects = 0;

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await registry.addReplica();
});
afterAll(() => registry.stop());

const policies = () => registry.app.get(TrustPoliciesService, { strict: false });

/** A project whose policy is as given, with what is in it, as some callers see it. */
class TrustedProject {
  private constructor(
    readonly id: number,
    readonly name: string,
    /** May push; went past no policy. */
    readonly pusher: RepositoryClient,
    readonly guest: RepositoryClient,
    /** A robot with `scanner-pull`. */
    readonly scanner: RepositoryClient,
  ) {}

  static async open(settings: z.input<typeof trustPolicySettings> = {}): Promise<TrustedProject> {
    const name = `trusted${++projects}`;
    const [developer, guest] = [await registry.user(`${name}-dev`), await registry.user(`${name}-guest`)];
    const members = [
      [developer, roleIds.developer],
      [guest, roleIds.guest],
    ] as [typeof developer, number][];
    const id = await registry.project(name, { members });
    const scanner = await registry.robot({
      name: 'scanner',
      level: 'project',
      permissions: [
        {
          kind: 'project',
          namespace: name,
          access: ['pull', 'scanner-pull'].map((action) => ({ resource: 'repository', action })),
        },
      ],
    });
    const client = async (principal: Principal) => {
      const token = await registry.token(principal, [[`${name}/app`, 'pull,push']]);
      return new RepositoryClient(registry.http, `${name}/app`, `Bearer ${token}`);
    };
    const project = new TrustedProject(id, name, await client(developer), await client(guest), await client(scanner));
    await project.trust('release');
    await project.set(settings);
    return project;
  }

  set(settings: z.input<typeof trustPolicySettings>) {
    return policies().set(this.id, trustPolicySettings.parse(settings));
  }

  trust(signer: Signer) {
    const content = keys[signer].publicKey.export({ type: 'spki', format: 'pem' }).toString();
    return policies().addMaterials(this.id, { kind: 'cosignKey', name: signer, content });
  }

  /** As cosign 2 does: under the tag of signatures. */
  async sign(image: Image, signer: Signer): Promise<string> {
    const payload = cosignPayload(subjectOf(image));
    const signature = sign('sha256', payload, keys[signer].privateKey).toString('base64');
    const layer: CosignLayer = { payload, annotations: { 'dev.cosignproject.cosign/signature': signature } };
    const { content } = cosignManifest([layer]);
    for (const blob of [Buffer.from('{}'), payload]) await this.pusher.pushBlob(blob);
    expectStatus(await this.pusher.pushManifest(content, signatureTag(image)), 201);
    return digestOf(content);
  }

  /** The same caller at the other replica. */
  elsewhere({ name, authorization }: RepositoryClient): RepositoryClient {
    return new RepositoryClient(registry.replicas[1]!.http, name, authorization);
  }
}

const subjectOf = ({ digest, manifest }: Image) => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest,
  size: manifest.length,
});
const signatureTag = ({ digest }: Image): string => `${digest.replace(':', '-')}.sig`;
const get = (caller: RepositoryClient, reference: string): Promise<Answer> =>
  caller.send('GET', `/manifests/${reference}`);
const statuses = async (callers: RepositoryClient[], reference: string): Promise<number[]> =>
  Promise.all(callers.map(async (caller) => (await get(caller, reference)).status));
const refusal = (answer: Answer) => answer.json<{ errors: Record<string, unknown>[] }>().errors[0]!;

/** Until the hot path answers it. */
async function warmUp(caller: RepositoryClient, reference: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { status, headers } = await get(caller, reference);
    if (status === 200 && /^[0-9a-f]{12}-\d+$/.test(String(headers['x-request-id']))) return;
    await sleep(20);
  }
  throw new Error(`${reference} never became warm`);
}

describe('block', () => {
  it('keeps what nobody signed from all but who may scan, and tells what to type', async () => {
    const project = await TrustedProject.open({ pull: 'block', systems: ['cosign'] });
    const { digest } = await project.pusher.pushImage('unsigned', 'v1');
    const callers = [project.pusher, project.guest, project.scanner];
    expect(await statuses(callers, 'v1')).toEqual([412, 412, 200]);
    expect(await statuses(callers, digest)).toEqual([412, 412, 200]);
    // And once it is warm.
    await warmUp(project.scanner, 'v1');
    expect(await statuses(callers, 'v1')).toEqual([412, 412, 200]);
    const administrator = await registry.user('trust-admin', { sysadmin: true });
    const refused = await get(await registry.as(administrator, project.pusher.name), 'v1');
    expect(refused.status).toBe(412);
    const host = `127.0.0.1:${registry.http.port}`;
    expect(refusal(refused)).toMatchObject({
      code: 'PROJECTPOLICYVIOLATION',
      message: `${project.name}/app:v1 is not signed as the project's trust policy asks (Cosign: there is no signature by Cosign); sign it with: cosign sign --key release.key ${host}/${project.name}/app@${digest} (cosign reads what it signs: log in to it as a robot that has the permission scanner-pull as well)`,
      detail: { digest, status: 'unsigned', missing: [{ signer: 'Cosign' }] },
    });
  });

  it('holds for plain passwords as well', async () => {
    const project = await TrustedProject.open({ pull: 'block' });
    await project.pusher.pushImage('unsigned', 'v1');
    for (const [name, status] of [
      [`${project.name}-dev`, 412],
      [`robot$${project.name}+scanner`, 200],
    ] as const)
      expect((await get(registry.basic(project.pusher.name, name), 'v1')).status).toBe(status);
  });

  it('shows its digest and size to whoever may pull: they sign it by that', async () => {
    const project = await TrustedProject.open({ pull: 'block' });
    const { digest, manifest } = await project.pusher.pushImage('unsigned', 'v1');
    const head = expectStatus(await project.guest.send('HEAD', '/manifests/v1'), 200);
    expect(head.headers).toMatchObject({
      'docker-content-digest': digest,
      'content-length': String(manifest.length),
    });
    const stranger = await registry.as(await registry.user(`${project.name}-stranger`), project.pusher.name);
    expect((await stranger.send('HEAD', '/manifests/v1')).status).toBe(401);
  });

  it('lets pull at once what was signed, and what has no signature left no longer', async () => {
    const project = await TrustedProject.open({ pull: 'block', systems: ['cosign'] });
    const image = await project.pusher.pushImage('signed', 'v1');
    expect((await get(project.guest, 'v1')).status).toBe(412);
    const signature = await project.sign(image, 'release');
    const everybody = [project.guest, project.elsewhere(project.guest), project.pusher];
    expect(await statuses(everybody, 'v1')).toEqual([200, 200, 200]);
    for (const caller of everybody) await warmUp(caller, 'v1');
    await registry.app
      .get(ArtifactDeletionService, { strict: false })
      .delete(project.pusher.name, signature, { name: 'test', address: '', userAgent: '' });
    expect(await statuses(everybody, 'v1')).toEqual([412, 412, 412]);
  });

  it('takes no signature by somebody else, and takes it when the key is trusted', async () => {
    const project = await TrustedProject.open({ pull: 'block', systems: ['cosign'] });
    const image = await project.pusher.pushImage('others', 'v1');
    await project.sign(image, 'other');
    expect((await get(project.guest, 'v1')).status).toBe(412);
    await project.trust('other');
    expect((await get(project.guest, 'v1')).status).toBe(200);
  });

  it('bites and ends on every replica when the change is answered', async () => {
    const project = await TrustedProject.open({ systems: ['cosign'] });
    await project.pusher.pushImage('unsigned', 'v1');
    const everybody = [project.guest, project.elsewhere(project.guest)];
    for (const caller of everybody) await warmUp(caller, 'v1');
    for (let round = 0; round < 10; round++) {
      await project.set({ pull: 'block' });
      expect(await statuses(everybody, 'v1')).toEqual([412, 412]);
      await project.set({ pull: 'allow' });
      expect(await statuses(everybody, 'v1')).toEqual([200, 200]);
      for (const caller of everybody) await warmUp(caller, 'v1');
    }
  });

  it('leaves verdicts alone that a change does not concern, and has others made anew', async () => {
    const project = await TrustedProject.open({ systems: ['cosign'], pull: 'block' });
    const image = await project.pusher.pushImage('kept', 'v1');
    await project.sign(image, 'release');
    expect((await get(project.guest, 'v1')).status).toBe(200);
    const verified = () =>
      registry.sql('SELECT policy_version, verified_time FROM signature WHERE subject_digest = $1', [image.digest]);
    const [before] = await verified();
    await project.set({ systems: ['cosign'], pull: 'block', quarantine: { days: 1 } });
    expect((await get(project.guest, 'v1')).status).toBe(200);
    expect(await verified()).toEqual([before]);
    await project.trust('other');
    expect((await get(project.guest, 'v1')).status).toBe(200);
    expect(await verified()).not.toEqual([before]);
  });

  it('asks Postgres nothing while the answer is warm', async () => {
    const project = await TrustedProject.open({ pull: 'block', systems: ['cosign'] });
    const image = await project.pusher.pushImage('warm', 'v1');
    await project.sign(image, 'release');
    await warmUp(project.guest, 'v1');
    await registry.sql('UPDATE signature SET status = $2 WHERE subject_digest = $1', [image.digest, 'invalid']);
    // Nobody announced it: only a query would notice.
    for (let n = 0; n < 20; n++) expect((await get(project.guest, 'v1')).status).toBe(200);
  });

  it('lasts no longer than the signature', async () => {
    const project = await TrustedProject.open({ pull: 'block', systems: ['cosign'] });
    const image = await project.pusher.pushImage('ending', 'v1');
    await project.sign(image, 'release');
    expect((await get(project.elsewhere(project.guest), 'v1')).status).toBe(200);
    const soon = new Date(Date.now() + 1_500);
    await registry.sql('UPDATE signature SET recheck_time = $2 WHERE subject_digest = $1', [image.digest, soon]);
    await warmUp(project.guest, 'v1');
    await registry.sql('UPDATE accessory SET type = $2 WHERE subject_digest = $1', [image.digest, 'subject.accessory']);
    while (Date.now() <= soon.getTime()) await sleep(50);
    expect((await get(project.guest, 'v1')).status).toBe(412);
  });

  it('lets pull what a signed index lists', async () => {
    const project = await TrustedProject.open({ pull: 'block', systems: ['cosign'] });
    const child = await project.pusher.pushImage('child');
    const manifest = indexManifest([{ ...descriptor(child.manifest), mediaType: subjectOf(child).mediaType }]);
    expectStatus(await project.pusher.pushManifest(manifest, 'multi'), 201);
    expect(await statuses([project.guest], child.digest)).toEqual([412]);
    await project.sign({ ...child, manifest, digest: digestOf(manifest) }, 'release');
    expect(await statuses([project.guest], 'multi')).toEqual([200]);
    expect(await statuses([project.guest], child.digest)).toEqual([200]);
  });
});

describe('what is about an image', () => {
  it('is there for who verifies it', async () => {
    const project = await TrustedProject.open({ pull: 'block', systems: ['cosign'] });
    const image = await project.pusher.pushImage('evidence', 'v1');
    const signature = await project.sign(image, 'other');
    expect(await statuses([project.guest, project.guest], signatureTag(image))).toEqual([200, 200]);
    expect(await statuses([project.guest], signature)).toEqual([200]);
    const sbom = artifactManifest('application/spdx+json', subjectOf(image));
    expectStatus(await project.pusher.pushManifest(sbom, digestOf(sbom)), 201);
    expect(await statuses([project.guest], digestOf(sbom))).toEqual([200]);
  });

  it('is no image that calls itself a signature', async () => {
    const project = await TrustedProject.open({ pull: 'block', systems: ['cosign'] });
    const image = await project.pusher.pushImage('victim', 'v1');
    const { manifest: plain } = await project.pusher.pushImage('evil');
    const disguises = [
      { artifactType: 'application/vnd.cncf.notary.signature', subject: subjectOf(image) },
      { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json', subject: subjectOf(image) },
      { subject: subjectOf(image) },
    ];
    for (const disguise of disguises) {
      const evil = Buffer.from(JSON.stringify({ ...(JSON.parse(plain.toString()) as object), ...disguise }));
      expectStatus(await project.pusher.pushManifest(evil, digestOf(evil)), 201);
      expect(await statuses([project.guest], digestOf(evil))).toEqual([412]);
    }
    expectStatus(await project.pusher.pushManifest(plain, signatureTag(image)), 201);
    expect(await statuses([project.guest], signatureTag(image))).toEqual([412]);
    const index = indexManifest([{ ...descriptor(plain), mediaType: subjectOf(image).mediaType }]);
    expectStatus(await project.pusher.pushManifest(index, image.digest.replace(':', '-')), 201);
    expect(await statuses([project.guest], image.digest.replace(':', '-'))).toEqual([412]);
  });
});

describe('quarantine', () => {
  it('is for those who push, until it is signed', async () => {
    const project = await TrustedProject.open({ quarantine: { days: 7 }, systems: ['cosign'] });
    const image = await project.pusher.pushImage('waiting', 'v1');
    const callers = [project.pusher, project.guest, project.scanner];
    expect(await statuses(callers, 'v1')).toEqual([200, 412, 200]);
    await warmUp(project.pusher, 'v1');
    const refused = refusal(await get(project.guest, 'v1'));
    expect(refused).toMatchObject({ code: 'PROJECTPOLICYVIOLATION', reason: 'trust.quarantined' });
    const { quarantineEnd } = refused.detail as { quarantineEnd: string };
    const [pushed] = await registry.sql<{ push_time: Date }>('SELECT push_time FROM artifact WHERE digest = $1', [
      image.digest,
    ]);
    expect(Date.parse(quarantineEnd) - pushed!.push_time.getTime()).toBe(7 * 86_400_000);
    await project.sign(image, 'release');
    expect(await statuses(callers, 'v1')).toEqual([200, 200, 200]);
  });

  it.each([
    ['allow', [200, 200, 200]],
    ['block', [412, 412, 200]],
  ] as const)('ends, and the rest of the policy holds: %s', async (pull, expected) => {
    const project = await TrustedProject.open({ pull, quarantine: { days: 1 }, systems: ['cosign'] });
    const image = await project.pusher.pushImage(`late ${pull}`, 'v1');
    const callers = [project.pusher, project.guest, project.scanner];
    expect(await statuses(callers, 'v1')).toEqual([200, 412, 200]);
    await registry.sql(`UPDATE artifact SET push_time = now() - interval '1 day' WHERE digest = $1`, [image.digest]);
    // The answers that were kept hang on the policy, which is set anew.
    await project.set({ pull, quarantine: { days: 1 }, systems: ['cosign'] });
    expect(await statuses(callers, 'v1')).toEqual([...expected]);
  });
});

it('hundreds who ask for what is not verified yet wait for one verification', async () => {
  const project = await TrustedProject.open({ pull: 'block', systems: ['cosign'] });
  const image = await project.pusher.pushImage('crowd', 'v1');
  await project.sign(image, 'release');
  const answers = await statuses(
    Array.from({ length: 200 }, () => project.guest),
    'v1',
  );
  expect(new Set(answers)).toEqual(new Set([200]));
  const rows = await registry.sql('SELECT 1 FROM signature WHERE subject_digest = $1', [image.digest]);
  expect(rows).toHaveLength(1);
});

it('pulls nothing that cannot be judged: the storage is away', async () => {
  const project = await TrustedProject.open({ pull: 'block', systems: ['cosign'] });
  const image = await project.pusher.pushImage('unreadable', 'v1');
  await project.sign(image, 'release');
  await registry.sql(
    `UPDATE blob SET storage_key = 'nowhere' WHERE digest IN (SELECT b.digest FROM blob b
    JOIN artifact_blob l ON l.blob_id = b.id JOIN accessory c ON c.artifact_id = l.artifact_id WHERE c.subject_digest = $1)`,
    [image.digest],
  );
  const refused = await get(project.guest, 'v1');
  expect([refused.status, ...refused.codes()]).toEqual([503, 'UNAVAILABLE']);
  expect((await get(project.scanner, 'v1')).status).toBe(200);
});
