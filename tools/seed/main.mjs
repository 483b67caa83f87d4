#!/usr/bin/env node
// `npm run seed`: see --help.
import { randomBytes } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { hash } from '@node-rs/argon2';
import pg from 'pg';
import { HELP, parseCommandLine } from './arguments.mjs';
import { BlobWriter } from './blobs.mjs';
import { PREFIX, userName } from './content.mjs';
import { withPlace } from './place.mjs';
import { removeSeed } from './remove.mjs';
import { BLOBS_PER_REPOSITORY, diskNeed } from './scale.mjs';
import { countSeeded, reserveIds, writeTables } from './tables.mjs';

/** As the platform hashes passwords (libs/domain/identity/src/secrets/password-hasher.ts); 2 is argon2id. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MEGABYTE = 1024 ** 2;

const say = (text) => process.stdout.write(`${text}\n`);

async function main() {
  const options = parseCommandLine(process.argv.slice(2));
  if (options.help) return void process.stdout.write(HELP);
  await withPlace(options, async (place) => {
    const client = new pg.Client({ connectionString: place.databaseUrl });
    await client.connect();
    try {
      await (options.remove ? removeSeed(client, say) : seed(client, place, options.scale));
    } finally {
      await client.end();
    }
  });
}

async function seed(client, place, scale) {
  const present = await countSeeded(client);
  if (present > 0) return say(`seeded already: ${present} projects begin with ${PREFIX} (take them away: --remove)`);
  checkDisk(place, diskNeed(scale));
  const began = performance.now();
  const password = `Seed-${randomBytes(9).toString('hex')}A1`;
  const passwordHash = await hash(password, ARGON2ID);
  const first = await reserveIds(client, scale, BLOBS_PER_REPOSITORY);
  const blobs = new BlobWriter(place);
  await writeTables({
    client,
    scale,
    first,
    passwordHash,
    say,
    writeBlob: (blob) => blobs.write(blob),
    blobsWritten: () => blobs.sync(),
  });
  say(
    `done in ${Math.round((performance.now() - began) / 1_000)} s. The users ${userName(0)} … have the password ${password}`,
  );
}

/** Throws when a folder's disk does not have what is needed; an unknown machine's disk is for its owner to look at. */
function checkDisk({ databaseFolder, storage }, need) {
  say(`disk space needed: ${megabytes(need.database)} for the database, ${megabytes(need.blobs)} for blobs`);
  const disks = new Map();
  for (const [folder, bytes] of [
    [databaseFolder, need.database],
    [storage, need.blobs],
  ]) {
    if (!folder) continue;
    const { bavail, bsize, blocks } = statfsSync(folder);
    // The same disk, as far as anyone can tell.
    const disk = disks.get(`${blocks}:${bavail}`) ?? { free: bavail * bsize, bytes: 0, folder };
    disks.set(`${blocks}:${bavail}`, { ...disk, bytes: disk.bytes + bytes });
  }
  for (const { free, bytes, folder } of disks.values()) {
    if (free < bytes)
      throw new Error(`${folder} has ${megabytes(free)} left and ${megabytes(bytes)} are needed: nothing was written`);
  }
}

const megabytes = (bytes) => `${Math.ceil(bytes / MEGABYTE)} MB`;

main().catch((error) => {
  process.stderr.write(`npm run seed: ${error.message}\n`);
  process.exitCode = 1;
});
