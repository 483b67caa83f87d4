import { mkdirSync, writeFileSync } from 'node:fs';
import { Api, Role } from './support/api';
import { pushJson } from './support/artifacts';
import { type ClientSuite, clientSuite } from './support/client-suite';
import { unique } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { type Descriptor, MediaType, RepositoryClient } from './support/registry';
import { type Finished, run } from './support/run';

jest.setTimeout(240_000);

interface Refusal {
  errors: { code: string; message: string; reason: string }[];
}
interface TrustData {
  names: { gun: string; root_key_ids: string[]; signed_tags: number; roles: { name: string; version: number }[] }[];
}

/** W3: "A signed tag cannot be deleted until its signature is removed; the message shows the exact command." */
clientSuite('notary', (use) => {
  let suite: ClientSuite;
  let gun: string;
  let inside: string;
  let repository: RepositoryClient;
  let maintainer: Api;
  let boss: Api;
  const passphrases = Object.fromEntries(
    ['ROOT', 'TARGETS', 'SNAPSHOT', 'DELEGATION'].map((role) => [`NOTARY_${role}_PASSPHRASE`, `passphrase-of-${role}`]),
  );

  /** A line as a person types it, in a home where the CA is configured as notary's documentation has it. */
  function typed(line: string): Promise<Finished> {
    const { username, password } = suite.maintainer;
    const NOTARY_AUTH = Buffer.from(`${username}:${password}`).toString('base64');
    return run('sh', ['-c', line], { env: { ...suite.home.env, ...passphrases, NOTARY_AUTH }, cwd: suite.home.folder });
  }
  const notary = (line: string, folder = '~/.docker/trust') =>
    typed(`notary -s https://localhost:${suite.platform.httpsPort} -d ${folder} ${line}`);
  const sign = (tag: string, { digest, size }: Descriptor) =>
    notary(`addhash -p ${gun} ${tag} ${size} --sha256 ${digest.slice('sha256:'.length)}`);

  async function pushImage(tag: string): Promise<Descriptor> {
    const config = await repository.pushBlob(Buffer.from(JSON.stringify({ os: 'linux', tag })), MediaType.config);
    const layers = [await repository.pushBlob(uniqueLayer(), MediaType.layer)];
    return pushJson(repository, tag, { schemaVersion: 2, mediaType: MediaType.manifest, config, layers });
  }
  const commandFor = (tag: string): string =>
    `notary -s https://localhost:${suite.platform.notaryPort} -d ~/.docker/trust remove -p ${gun} ${tag}`;

  beforeAll(async () => {
    suite = use();
    gun = `localhost:${suite.platform.httpsPort}/${suite.project}/app`;
    inside = `/projects/${suite.project}/repositories/app`;
    repository = await RepositoryClient.open(suite.platform, `${suite.project}/app`, suite.maintainer);
    maintainer = new Api(suite.platform, suite.maintainer);
    boss = new Api(suite.platform, await suite.api.createMember(suite.project, unique('boss'), Role.projectAdmin));
    mkdirSync(suite.path('.notary'));
    const config = { remote_server: { root_ca: suite.platform.caFile } };
    writeFileSync(suite.path('.notary/config.json'), JSON.stringify(config));
    await notary(`init ${gun}`);
  });

  itCovers(
    ['deleteTag'],
    'a signed tag is deleted once the command of the refusal has removed its signature',
    async () => {
      const image = await pushImage('v1');
      await sign('v1', image);
      const path = `${inside}/artifacts/v1/tags/v1`;
      const { errors } = expectStatus(await maintainer.call('DELETE', path), 412).json<Refusal>();
      expect(errors[0]).toMatchObject({ code: 'PRECONDITION', reason: 'tag.signed' });
      expect(errors[0]!.message).toContain('the tag v1 with signature cannot be deleted');
      const [, command] = /`([^`]+)`/.exec(errors[0]!.message)!;
      expect(command).toBe(commandFor('v1'));
      for (const reference of ['v1', image.digest])
        expect(expectStatus(await repository.send('DELETE', `manifests/${reference}`), 412).text).toContain(command);
      expect((await notary(`list ${gun}`)).stdout).toContain(image.digest.slice('sha256:'.length));

      expect((await typed(command!)).output).toContain('Successfully published changes');
      expect((await notary(`list ${gun}`)).stdout).not.toContain(image.digest.slice('sha256:'.length));
      expectStatus(await maintainer.call('DELETE', path), 200);
    },
  );

  itCovers(['deleteTag', 'deleteArtifact'], 'or when somebody confirms that it goes with its signature', async () => {
    const image = await pushImage('v2');
    await sign('v2', image);
    expectStatus(await maintainer.call('DELETE', `${inside}/artifacts/v2`), 412);
    expectStatus(await maintainer.call('DELETE', `${inside}/artifacts/v2/tags/v2?confirm_signed=true`), 200);
    expectStatus(await maintainer.call('DELETE', `${inside}/artifacts/${image.digest}`), 200);
    await sign('v3', await pushImage('v3'));
    expectStatus(await repository.send('DELETE', 'manifests/v3?confirm_signed=maybe'), 400);
    expectStatus(await repository.send('DELETE', 'manifests/v3?confirm_signed=true'), 202);
  });

  itCovers(
    ['getRepositoryTrust', 'resetRepositoryTrust'],
    'trust is reset without the root key, and signing begins anew',
    async () => {
      const [before] = (await maintainer.get<TrustData>(`${inside}/trust`)).names;
      expect(before).toMatchObject({ gun, signed_tags: 2 });
      expect(before!.roles.map(({ name }) => name)).toEqual(['root', 'snapshot', 'targets', 'timestamp']);
      expectStatus(await maintainer.call('DELETE', `${inside}/trust`), 403);
      expectStatus(await boss.call('DELETE', `${inside}/trust`), 200);
      expect((await maintainer.get<TrustData>(`${inside}/trust`)).names).toEqual([]);
      expectStatus(await boss.call('DELETE', `${inside}/trust`), 404);

      // Somebody else, or the same person after the keys were lost.
      await notary(`init -p ${gun}`, 'anew');
      const image = await pushImage('v4');
      await notary(`addhash -p ${gun} v4 ${image.size} --sha256 ${image.digest.slice('sha256:'.length)}`, 'anew');
      expect((await notary(`list ${gun}`, 'clean')).stdout).toContain('v4');
      const [after] = (await maintainer.get<TrustData>(`${inside}/trust`)).names;
      expect(after).toMatchObject({ gun, signed_tags: 1 });
      expect(after!.root_key_ids).not.toEqual(before!.root_key_ids);
    },
  );

  itCovers(['deleteRepository', 'getRepositoryTrust'], 'trust data goes with its repository', async () => {
    expectStatus(await maintainer.call('DELETE', inside), 200);
    expect((await maintainer.get<TrustData>(`${inside}/trust`)).names).toEqual([]);
    await expect(notary(`list ${gun}`, 'clean-again')).rejects.toThrow('does not have trust data');
  });
});
