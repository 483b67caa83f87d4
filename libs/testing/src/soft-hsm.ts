import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const libraries = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** Where SoftHSM's library is, if it is there. */
export const softHsmLibrary = (): string | undefined => libraries.find(existsSync);

/** Tests that need a PKCS#11 token: skipped by name where SoftHSM is absent, failed with REQUIRE_CLIENTS=1. */
export function describeWithSoftHsm(title: string, tests: (hsm: () => SoftHsm) => void): void {
  const library = softHsmLibrary();
  describe(title, () => {
    if (library === undefined) {
      const run = process.env.REQUIRE_CLIENTS === '1' ? it : it.skip;
      run('softhsm2 is not installed', () => {
        throw new Error(
          'softhsm2 is not installed (Debian: apt-get install softhsm2), and REQUIRE_CLIENTS=1 demands it',
        );
      });
      return;
    }
    let hsm: SoftHsm | undefined;
    beforeAll(() => {
      hsm = SoftHsm.make(library);
    });
    afterAll(() => hsm?.remove());
    tests(() => {
      if (!hsm) throw new Error('the token is there once tests run');
      return hsm;
    });
  });
}

/** A token of SoftHSM in a folder of its own. */
export class SoftHsm {
  readonly label = 'breakwater-test';
  readonly pin = '9-test-pin';

  private constructor(
    readonly library: string,
    private readonly folder: string,
  ) {}

  static make(library: string): SoftHsm {
    const hsm = new SoftHsm(library, mkdtempSync(join(tmpdir(), 'breakwater-softhsm-')));
    mkdirSync(hsm.tokens);
    writeFileSync(hsm.configuration, `directories.tokendir = ${hsm.tokens}\nobjectstore.backend = file\n`);
    hsm.initialise();
    return hsm;
  }

  /** For processes that are to see it. */
  get env(): { SOFTHSM2_CONF: string } {
    return { SOFTHSM2_CONF: this.configuration };
  }

  /** This process sees it from now on: Jest's process.env is not the one that libraries look at. */
  async useHere(): Promise<void> {
    // Most tests that import this library never see a token.
    const { load } = await import('koffi');
    load(null).func('setenv', 'int', ['str', 'str', 'int'])('SOFTHSM2_CONF', this.configuration, 1);
  }

  /** Objects that it holds, and nobody has to log in to count. */
  get objects(): number {
    return readdirSync(this.tokens, { recursive: true }).filter((name) => String(name).endsWith('.object')).length;
  }

  /** For services that run under an account of their own. */
  openToAll(): void {
    const { status } = spawnSync('chmod', ['-R', 'a+rwX', this.folder]);
    if (status !== 0) throw new Error(`${this.folder} could not be opened to other accounts`);
  }

  pullOut(): void {
    renameSync(this.tokens, `${this.tokens}-away`);
    mkdirSync(this.tokens);
  }

  putBack(): void {
    rmSync(this.tokens, { recursive: true });
    renameSync(`${this.tokens}-away`, this.tokens);
  }

  /** The keys are gone, the label is the same. */
  reset(): void {
    rmSync(this.tokens, { recursive: true });
    mkdirSync(this.tokens);
    this.initialise();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get configuration(): string {
    return join(this.folder, 'softhsm2.conf');
  }

  private get tokens(): string {
    return join(this.folder, 'tokens');
  }

  private initialise(): void {
    const options = ['--init-token', '--free', '--label', this.label, '--pin', this.pin, '--so-pin', '9-test-so-pin'];
    const { status, stderr } = spawnSync('softhsm2-util', options, {
      env: { ...process.env, ...this.env },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`softhsm2-util made no token: ${stderr}`);
  }
}
