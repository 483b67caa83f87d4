import { digestOf, mediaTypes, type Descriptor } from '@breakwater/kernel';

export function descriptor(bytes: Buffer, mediaType: string = 'application/vnd.oci.image.layer.v1.tar'): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

export const configBytes = (fields: Record<string, unknown> = {}): Buffer =>
  Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', ...fields }));

/** An image manifest as JSON text; `extra` overrides and adds fields. */
export function imageManifest(config: Buffer, layers: Buffer[], extra: Record<string, unknown> = {}): Buffer {
  return json({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: descriptor(config, mediaTypes.ociConfig),
    layers: layers.map((layer) => descriptor(layer)),
    ...extra,
  });
}

export function indexManifest(children: Descriptor[], extra: Record<string, unknown> = {}): Buffer {
  return json({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: children, ...extra });
}

/** An artifact without layers that says something of `subject`. */
export function artifactManifest(
  artifactType: string,
  subject: Descriptor | undefined,
  extra: Record<string, unknown> = {},
): Buffer {
  const empty = { mediaType: mediaTypes.ociEmpty, digest: digestOf(Buffer.from('{}')), size: 2 };
  return json({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType,
    config: empty,
    layers: [empty],
    subject,
    ...extra,
  });
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
