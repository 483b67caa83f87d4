import { Api, Role } from './api';
import { pushJson } from './artifacts';
import { type ProjectFixture, unique } from './fixtures';
import { type Credentials, expectStatus } from './http';
import { uniqueLayer } from './images';
import { until } from './ports';
import { MediaType, RepositoryClient } from './registry';

/** As the addition `signatures` shows it, as far as the tests look. */
export interface ShownSignatures {
  status: string;
  reasons: { code: string; message: string }[];
  missing_signers: string[];
  inherited_from: string[];
  signatures: ShownSignature[];
}
export interface ShownSignature {
  system: string;
  format: string;
  digest: string;
  standing: string;
  verdict?: string;
  trusted_by: string[];
  signer: { identity?: string } | null;
  reasons: { code: string }[];
}

/** What may be pulled, and what became of the signatures, for the tests of one project. */
export class TrustedProject {
  private constructor(
    readonly fixture: ProjectFixture,
    /** May pull, and nothing else. */
    readonly guest: Credentials,
    private readonly pulling: RepositoryClient,
    /** The developer's, who may push. */
    readonly repository: RepositoryClient,
  ) {}

  /** `repository` without the project. */
  static async open(fixture: ProjectFixture, repository: string): Promise<TrustedProject> {
    const { api, platform, project, developer } = fixture;
    const guest = await api.createMember(project, unique('guest'), Role.guest);
    const name = `${project}/${repository}`;
    const [pulling, pushing] = [
      await RepositoryClient.open(platform, name, guest),
      await RepositoryClient.open(platform, name, developer),
    ];
    return new TrustedProject(fixture, guest, pulling, pushing);
  }

  private get policyPath(): string {
    return `/projects/${this.fixture.project}/trust-policy`;
  }

  /** Uploads a certificate or key. */
  async trust(kind: string, name: string, content: string | Buffer): Promise<void> {
    await this.fixture.api.create(`${this.policyPath}/materials`, { kind, name, content: String(content) });
  }

  async setPolicy(policy: object): Promise<void> {
    expectStatus(await this.fixture.api.call('PUT', this.policyPath, policy), 200);
  }

  show(reference: string): Promise<ShownSignatures> {
    const { platform, project, developer } = this.fixture;
    const repository = this.repository.name.slice(project.length + 1);
    const path = `/projects/${project}/repositories/${repository}/artifacts/${reference}/additions/signatures`;
    return new Api(platform, developer).get<ShownSignatures>(path);
  }

  /** Waits until so many signatures, all of the digest's own when left out, have been verified; what came of it. */
  async verified(reference: string, count = 1): Promise<ShownSignatures> {
    const isDone = ({ signatures, status }: ShownSignatures) =>
      signatures.length >= count && status !== 'stale' && signatures.every(({ standing }) => standing !== 'pending');
    await until(`${count} signatures of ${reference}`, async () => isDone(await this.show(reference)), 60_000);
    return this.show(reference);
  }

  async becomes(reference: string, status: string): Promise<ShownSignatures> {
    await until(`${reference} is ${status}`, async () => (await this.show(reference)).status === status, 60_000);
    return this.show(reference);
  }

  /** Tag → `signature_status`, as the list of tags says. */
  async tags(): Promise<Record<string, string>> {
    const { api, project } = this.fixture;
    const repository = this.repository.name.slice(project.length + 1);
    const tags = await api.get<{ name: string; signature_status: string }[]>(
      `/projects/${project}/repositories/${repository}/tags?page_size=100`,
    );
    return Object.fromEntries(tags.map((tag) => [tag.name, tag.signature_status]));
  }

  /** An image without a tag; `tag` gives it one, and fails where that is refused. */
  async pushUntagged(): Promise<{ digest: string; tag: (name: string) => Promise<unknown> }> {
    const { repository } = this;
    const config = await repository.pushBlob(Buffer.from('{"os":"linux"}'), MediaType.config);
    const layers = [await repository.pushBlob(uniqueLayer(1_024), MediaType.layer)];
    const manifest = { schemaVersion: 2, mediaType: MediaType.manifest, config, layers };
    const { digest } = await pushJson(repository, undefined, manifest);
    return { digest, tag: (name) => pushJson(repository, name, manifest) };
  }

  /** What a guest is told who GETs the manifest. */
  async pull(reference: string): Promise<{ status: number; message: string }> {
    const headers = { accept: [MediaType.manifest, MediaType.index].join() };
    const answer = await this.pulling.send('GET', `manifests/${reference}`, { headers });
    const message = answer.status === 200 ? '' : answer.text;
    return { status: answer.status, message };
  }
}
