import { homedir } from 'node:os';
import { join } from 'node:path';

/** The switches of this suite; the platform's own configuration is none of its business. */
export const settings = {
  /** A missing client fails instead of being skipped (CI). */
  requireClients: process.env.REQUIRE_CLIENTS === '1',
  /** Size of the layer that streams through the front door: 256 MiB, in CI 3 GiB. */
  largeBytes: Number(process.env.E2E_LARGE_BYTES ?? 256 * 1024 * 1024),
  /** Where clients/install.mjs puts the pinned clients. */
  clientCache: process.env.BREAKWATER_TOOLS || join(homedir(), '.cache', 'breakwater-tools'),
};
