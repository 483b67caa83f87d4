import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const manifests = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** What a scanner of vulnerabilities and SBOMs says of itself. */
export const testScannerMetadata = {
  scanner: { name: 'Looker', vendor: 'Tests', version: 'v1.2.3' },
  capabilities: [
    {
      type: 'vulnerability',
      consumes_mime_types: manifests,
      produces_mime_types: ['application/vnd.security.vulnerability.report; version=1.1'],
    },
    {
      type: 'sbom',
      consumes_mime_types: manifests,
      produces_mime_types: ['application/vnd.security.sbom.report+json; version=1.0'],
      additional_attributes: { sbom_media_types: ['application/spdx+json'] },
    },
  ],
  properties: { 'harbor.scanner-adapter/scanner-type': 'os-package-vulnerability' },
};

/** An adapter of the pluggable scanner API on loopback, as far as its metadata. */
export class TestScannerAdapter {
  readonly asked: { path: string; headers: IncomingHttpHeaders }[] = [];
  status = 200;
  metadata: unknown = testScannerMetadata;
  /** How long it thinks before it answers. */
  slowMs = 0;
  private server: Server | undefined;

  async start(): Promise<void> {
    const server = createServer(({ url: path = '', headers }, response) => {
      this.asked.push({ path, headers });
      void sleep(this.slowMs, undefined, { ref: false }).then(() => this.answer(path, response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Of its registration; `path` makes another of it. */
  url(path = ''): string {
    return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}${path}`;
  }

  private answer(path: string, response: ServerResponse): void {
    const status = path.endsWith('/api/v1/metadata') ? this.status : 404;
    const headers = { 'content-type': 'application/vnd.scanner.adapter.metadata+json; version=1.0' };
    const body = typeof this.metadata === 'string' ? this.metadata : JSON.stringify(this.metadata);
    response.writeHead(status, headers).end(status === 200 ? body : '{"error":{"message":"no"}}');
  }
}
