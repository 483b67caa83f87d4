import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { type ClientSuite, clientSuite } from './support/client-suite';

jest.setTimeout(120_000);

const CHART = `apiVersion: v2
name: lighthouse
description: A light on a pier
`;
const TEMPLATE = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  chart: {{ .Chart.Version | quote }}
`;

clientSuite('helm', (use) => {
  let suite: ClientSuite;
  const http = '--plain-http';

  /** Packages the chart under a version; gives the archive's path. */
  async function pack(version: string): Promise<string> {
    await suite.client('package', suite.path('lighthouse'), '--version', version, '-d', suite.path('.'));
    return suite.path(`lighthouse-${version}.tgz`);
  }

  beforeAll(() => {
    suite = use();
    mkdirSync(suite.path('lighthouse/templates'), { recursive: true });
    writeFileSync(suite.path('lighthouse/Chart.yaml'), `${CHART}version: 0.0.0\n`);
    writeFileSync(suite.path('lighthouse/templates/config-map.yaml'), TEMPLATE);
  });

  it('is told about a wrong password', async () => {
    const { client, platform, developer } = suite;
    const args = ['registry', 'login', platform.host, http, '-u', developer.username, '-p', 'wrong'];
    const { code, output } = await client.attempt(...args);
    expect(code).not.toBe(0);
    expect(output).toContain('401');
  });

  it('logs in and pushes charts', async () => {
    const { client, base, platform, developer } = suite;
    await client('registry', 'login', platform.host, http, '-u', developer.username, '-p', developer.password);
    for (const version of ['1.0.0', '1.2.0', '2.0.0']) {
      const { output } = await client('push', await pack(version), `oci://${base}/charts`, http);
      expect(output).toContain(`charts/lighthouse:${version}`);
    }
  });

  it('keeps build metadata in the version, as a tag with an underscore', async () => {
    const { client, base } = suite;
    await client('push', await pack('2.1.0+build.7'), `oci://${base}/charts`, http);
    const shown = await client('show', 'chart', `oci://${base}/charts/lighthouse`, '--version', '2.1.0+build.7', http);
    expect(shown.stdout).toContain('version: 2.1.0+build.7');
  });

  it('pulls by version', async () => {
    const { client, base } = suite;
    const args = ['--version', '1.0.0', '-d', suite.path('lighthouse')];
    await client('pull', `oci://${base}/charts/lighthouse`, ...args, http);
    expect(existsSync(suite.path('lighthouse/lighthouse-1.0.0.tgz'))).toBe(true);
  });

  it('finds the newest version in a range by the tags', async () => {
    const { client, base } = suite;
    const shown = await client('show', 'chart', `oci://${base}/charts/lighthouse`, '--version', '^1.0.0', http);
    expect(shown.stdout).toContain('version: 1.2.0');
  });

  it('renders straight from the registry', async () => {
    const { client, base } = suite;
    const args = ['template', 'tower', `oci://${base}/charts/lighthouse`, '--version', '2.0.0'];
    const { stdout } = await client(...args, http);
    expect(stdout).toContain('chart: "2.0.0"');
  });

  it('is known to the platform as a chart', async () => {
    const { api, project } = suite;
    const answer = await api.call('GET', `/projects/${project}/repositories/charts%252Flighthouse/artifacts/1.2.0`);
    expect(answer.json()).toMatchObject({
      type: 'CHART',
      media_type: 'application/vnd.cncf.helm.config.v1+json',
      tags: [{ name: '1.2.0' }],
    });
  });

  it('cannot push where the account may only look', async () => {
    const { client, base, platform, stranger } = suite;
    await client('registry', 'login', platform.host, http, '-u', stranger.username, '-p', stranger.password);
    const { code } = await client.attempt('push', suite.path('lighthouse-1.0.0.tgz'), `oci://${base}/charts`, http);
    expect(code).not.toBe(0);
    expect((await client.attempt('pull', `oci://${base}/charts/lighthouse`, '--version', '1.0.0', http)).code).not.toBe(
      0,
    );
  });
});
