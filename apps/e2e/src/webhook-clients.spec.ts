import { WebhookReceiver } from '@breakwater/testing';
import { type ClientSuite, clientSuite } from './support/client-suite';
import { writeIndexLayout } from './support/images';
import { type DefaultBody, Subscription } from './support/webhook-subscription';

jest.setTimeout(120_000);

/** A client of people pushes; another, which knows nothing but what a webhook says, pulls. */
clientSuite('skopeo', (use) => {
  const receiver = new WebhookReceiver();
  let suite: ClientSuite;
  let subscription: Subscription;

  beforeAll(async () => {
    suite = use();
    await receiver.start();
    subscription = await Subscription.open(suite.api, receiver, suite.project);
  });
  afterAll(() => receiver.stop());

  const as = ({ username, password }: { username: string; password: string }) => `${username}:${password}`;

  it('is heard pushing an index, and finds every resource_url', async () => {
    const { client, base, developer } = suite;
    const index = writeIndexLayout(suite.path('index'), 'multi');
    const to = ['--dest-tls-verify=false', '--dest-creds', as(developer)];
    await client('copy', '--all', ...to, `oci:${index.folder}:multi`, `docker://${base}/multi:v1`);
    expect(await subscription.types('multi', 3)).toEqual(Array(3).fill(`PUSH_ARTIFACT ${developer.username}`));
    const told = receiver.on<DefaultBody>(`/${suite.project}/default`, 'multi');
    const resources = told.map(({ body }) => body.event_data.resources![0]!);
    // The images of the index by digest, then the index by its tag.
    expect(resources[2]).toMatchObject({ digest: index.digest, tag: 'v1', tags: ['v1'] });
    for (const { digest, resource_url: place } of resources) {
      const from = ['--tls-verify=false', '--creds', as(developer)];
      const { stdout } = await client('inspect', '--format', '{{.Digest}}', ...from, `docker://${place}`);
      expect(stdout.trim()).toBe(digest);
    }
  });
});
