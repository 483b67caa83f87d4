import { existsSync, readFileSync } from 'node:fs';
import { Role } from './support/api';
import { type ClientSuite, clientSuite } from './support/client-suite';
import { unique } from './support/fixtures';
import { attempt } from './support/run';
import { findPrograms } from './support/clients';

jest.setTimeout(300_000);

interface Totals {
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
}

interface Report {
  totals: Totals;
  /** Names of cases. */
  failed: string[];
  skipped: string[];
}

/** The OCI conformance suite, signed in, through the front door: over https at 1.1, over http at dev. */
clientSuite('conformance', (use) => {
  let suite: ClientSuite;
  let second: string;

  beforeAll(async () => {
    suite = use();
    second = unique('conformance');
    await suite.api.createProject(second);
    await suite.api.addMember(second, suite.maintainer.username, Role.maintainer);
  });

  it.each([
    { version: '1.1', tls: 'enabled' },
    { version: 'dev', tls: 'disabled' },
  ])('passes at OCI_VERSION=$version', async ({ version, tls }) => {
    const { platform, project, maintainer, home } = suite;
    const results = suite.path(`results-${version}`);
    const secureHost = platform.httpsHost ?? `127.0.0.1:${platform.httpsPort}`;
    const { output } = await attempt(findPrograms('conformance')[0]!, [], {
      cwd: home.folder,
      timeoutMs: 120_000,
      env: {
        ...home.env,
        SSL_CERT_FILE: platform.caFile,
        OCI_REGISTRY: tls === 'enabled' ? secureHost : platform.host,
        OCI_TLS: tls,
        OCI_REPO1: `${project}/conformance-${version}`,
        OCI_REPO2: `${second}/conformance-${version}`,
        OCI_USERNAME: maintainer.username,
        OCI_PASSWORD: maintainer.password,
        OCI_VERSION: version,
        OCI_RESULTS_DIR: results,
        OCI_LOG: 'error',
      },
    });
    const report = readReport(`${results}/junit.xml`, output);
    process.stdout.write(
      `OCI conformance ${version}: ${JSON.stringify(report.totals)}, skipped: ${report.skipped.join(', ')}\n`,
    );
    expect(report.failed).toEqual([]);
    // A skipped case is one the registry left out, such as a mount that fell back to an upload.
    expect(report.totals).toMatchObject({ failures: 0, errors: 0, skipped: 0 });
    expect(report.totals.tests).toBeGreaterThan(800);
  });
});

/** The suite's own account of itself. */
function readReport(file: string, output: string): Report {
  const xml = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const head = /<testsuite name="OCI Conformance Test"([^>]*)>/.exec(xml)?.[1];
  if (head === undefined) throw new Error(`no report:\n${output.slice(-5_000)}`);
  // The suite leaves a count of zero out.
  const count = (name: keyof Totals) => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const cases = [...xml.matchAll(/<testcase name="OCI Conformance Test\/([^"]*)"[^>]* status="([a-z]+)"/g)];
  const named = (...wanted: string[]) => cases.filter((one) => wanted.includes(one[2]!)).map(([, name]) => name!);
  return {
    totals: { tests: count('tests'), failures: count('failures'), errors: count('errors'), skipped: count('skipped') },
    failed: named('failure', 'error'),
    skipped: named('skipped'),
  };
}
