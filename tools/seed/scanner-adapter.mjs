#!/usr/bin/env node
// The adapter of the seeded scanner: `node tools/seed/scanner-adapter.mjs`, until it is interrupted. It says what it is, and
// nobody can scan with it. It answers below every path, so that many scanners can be registered. The platform asks it when
// it was started with SCANNER_ALLOWED_NETWORKS=127.0.0.1.
import { createServer } from 'node:http';
import { ADAPTER_PORT } from './scanners.mjs';

const metadata = {
  scanner: { name: 'Seed', vendor: 'Breakwater', version: '1.0.0' },
  capabilities: [
    {
      type: 'vulnerability',
      consumes_mime_types: [
        'application/vnd.oci.image.manifest.v1+json',
        'application/vnd.docker.distribution.manifest.v2+json',
      ],
      produces_mime_types: ['application/vnd.security.vulnerability.report; version=1.1'],
    },
  ],
  properties: { 'harbor.scanner-adapter/scanner-type': 'os-package-vulnerability' },
};

const server = createServer(({ method, url }, response) => {
  const type = (name) => ({ 'content-type': `application/vnd.scanner.adapter.${name}+json; version=1.0` });
  if (method === 'GET' && url.endsWith('/api/v1/metadata'))
    response.writeHead(200, type('metadata')).end(JSON.stringify(metadata));
  else response.writeHead(501, type('error')).end('{"error":{"message":"this adapter scans nothing"}}');
});
server.on('error', (error) => {
  process.stderr.write(`the adapter cannot listen: ${error.message}\n`);
  process.exitCode = 1;
});
server.listen(ADAPTER_PORT, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${ADAPTER_PORT}\n`));
