import { rmSync } from 'node:fs';
import { makePlatformFolder, startPlatform, trustedProxy } from './platform';
import { clientVersions } from './versions';

/** Receivers of webhooks and scanners are in the tests, garbage is collected while we look, and one address is a proxy's. */
const env = {
  WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1',
  SCANNER_ALLOWED_NETWORKS: '127.0.0.1',
  GC_TIME_WINDOW_HOURS: '0',
  SIGNED_TAG_GRACE_SECONDS: '2',
  TRUSTED_PROXIES: trustedProxy,
};

declare global {
  var stopPlatform: (() => Promise<void>) | undefined;
}

/** Jest runs this once before the first file of the e2e project. */
async function globalSetup(): Promise<void> {
  process.stdout.write(
    `Clients:\n${clientVersions()
      .map((line) => `  ${line}\n`)
      .join('')}`,
  );
  // A platform described from outside is used as it is: handy while a suite is written.
  if (process.env.E2E_PLATFORM) return;
  const folder = makePlatformFolder();
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const { platform, stop } = await startPlatform({ folder, env }).catch((error: unknown) => {
    removeFolder();
    throw error;
  });
  process.env.E2E_PLATFORM = JSON.stringify(platform);
  globalThis.stopPlatform = async () => {
    await stop();
    removeFolder();
  };
}

export = globalSetup;
