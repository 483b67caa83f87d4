import type { ClientHome } from './clients';
import type { Finished } from './run';

/** A major version of cosign by what its users have to say without Sigstore's own log. */
export interface CosignVersion {
  /** As in clients.json. */
  name: string;
  /** Further arguments of `sign` and `attest`. */
  offline: string[];
  /** The kinds of signatures it makes, by the arguments that ask for them. */
  kinds: Record<string, { args: string[]; env?: NodeJS.ProcessEnv }>;
}

const ociMode = { args: ['--registry-referrers-mode=oci-1-1'], env: { COSIGN_EXPERIMENTAL: '1' } };

export const cosignVersions: CosignVersion[] = [
  {
    name: 'cosign-v2',
    offline: ['--tlog-upload=false'],
    kinds: { tag: { args: [] }, 'OCI 1.1': ociMode, bundle: { args: ['--new-bundle-format'] } },
  },
  {
    name: 'cosign-v3',
    offline: ['--use-signing-config=false', '--tlog-upload=false'],
    kinds: { bundle: { args: [] }, tag: { args: ['--new-bundle-format=false'] } },
  },
];

/** One program in one home folder, whose files are the keys. */
export class Cosign {
  constructor(
    private readonly home: ClientHome,
    private readonly program: string,
    readonly version: CosignVersion,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    return this.bound(env)(...args);
  }

  attempt(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    return this.bound(env).attempt(...args);
  }

  private bound(env: NodeJS.ProcessEnv) {
    return this.home.client(this.program, { COSIGN_PASSWORD: 'passphrase', ...this.env, ...env });
  }

  /** `NAME.key` and `NAME.pub` in the home folder. */
  async makeKey(name: string): Promise<void> {
    await this.run(['generate-key-pair', '--output-key-prefix', name]);
  }

  async sign(key: string, image: string, kind = Object.keys(this.version.kinds)[0]!): Promise<Finished> {
    const { args, env } = this.version.kinds[kind]!;
    return this.run(['sign', '--key', `${key}.key`, ...this.version.offline, ...args, image], env);
  }

  attest(key: string, image: string, predicate: string): Promise<Finished> {
    const what = ['--predicate', predicate, '--type', 'slsaprovenance1'];
    return this.run(['attest', '--key', `${key}.key`, ...what, ...this.version.offline, image]);
  }

  /** With any exit code: 0 when it is signed with this key. */
  verify(key: string, image: string): Promise<Finished> {
    return this.attempt(['verify', '--key', `${key}.pub`, '--insecure-ignore-tlog=true', image]);
  }
}
