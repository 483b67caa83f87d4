// Images in two projects, the same but for a trust policy: what it costs to pull what is signed.
import { generateKeyPairSync, sign } from 'node:crypto';
import { imageManifest, MANIFEST, RegistryClient, sha256 } from './load/registry-client.mjs';

const IMAGES = 200;
const LAYER = Buffer.alloc(512, 7);
const CONFIG = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux' }));

/** Projects: without a policy, and with one that blocks what has no signature by one key. */
export const PROJECTS = { plain: 'bench-plain', trusted: 'bench-trusted' };

const prepared = new Map();

/** Pushed, signed and trusted once for each server. @returns {Promise<{ items: [string, number][], credentials: string[][] }>} */
export async function trustedReads({ server, endpoint }, project) {
  const known = prepared.get(project) ?? prepare({ server, endpoint }, project);
  prepared.set(project, known);
  return known;
}

async function prepare({ server, endpoint }, project) {
  const repository = `${project}/app`;
  await server.api('POST', '/projects', { project_name: project, metadata: { public: 'false' } });
  const [header] = await server.authorize([`${repository}:pull,push`]);
  const client = new RegistryClient(endpoint, header);
  const keys = project === PROJECTS.trusted ? await trustKey(server, project) : undefined;
  try {
    const [config, layer] = [await push(client, repository, CONFIG), await push(client, repository, LAYER)];
    for (let n = 0; n < IMAGES; n++) {
      const manifest = imageManifest({ config, layers: [layer], name: `${repository}:v${n}` });
      await client.pushManifest(repository, `v${n}`, manifest);
      if (keys) await pushSignature(client, repository, { manifest, config, key: keys.privateKey });
    }
  } finally {
    client.close();
  }
  if (keys) await server.api('PUT', `/projects/${project}/trust-policy`, { pull: 'block', systems: ['cosign'] });
  const items = Array.from({ length: IMAGES }, (_, n) => [`/v2/${repository}/manifests/v${n}`, 0]);
  return { items, credentials: [await server.authorize([`${repository}:pull`], 3)] };
}

async function trustKey(server, project) {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const content = keys.publicKey.export({ type: 'spki', format: 'pem' });
  await server.api('POST', `/projects/${project}/trust-policy/materials`, {
    kind: 'cosignKey',
    name: 'bench',
    content,
  });
  return keys;
}

async function push(client, repository, bytes) {
  return { digest: await client.pushBlob(repository, bytes), size: bytes.length };
}

/** As cosign 2 does: a tag of its own, the signature in an annotation. */
async function pushSignature(client, repository, { manifest, config, key }) {
  const digest = sha256(manifest);
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': repository },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
  const layer = {
    mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
    ...(await push(client, repository, payload)),
    annotations: { 'dev.cosignproject.cosign/signature': sign('sha256', payload, key).toString('base64') },
  };
  const content = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: [layer],
  };
  await client.pushManifest(repository, `${digest.replace(':', '-')}.sig`, JSON.stringify(content));
}
