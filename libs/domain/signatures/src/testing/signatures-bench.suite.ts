import {
  ArtifactDeletionService,
  ArtifactRestoreService,
  ContentModule,
  ManifestPushService,
  UploadsService,
} from '@breakwater/artifacts';
import type { JobPayload } from '@breakwater/contracts';
import { OutboxRelay } from '@breakwater/events';
import { digestOf, mediaTypes, type SignedSubject } from '@breakwater/kernel';
import { Database, QueueModule, RedisModule, STORAGE_KEEPER } from '@breakwater/platform';
import { ProjectsModule, ProjectsService } from '@breakwater/projects';
import { FilesystemBlobStore } from '@breakwater/storage';
import {
  createTestDatabase,
  fakeJobContext,
  InProcessStorageKeeper,
  startTestModules,
  testRedis,
} from '@breakwater/testing';
import { cosignManifest, cosignPayload, type CosignLayer } from '@breakwater/testing/signing';
import { trustPolicySettings, TrustPoliciesService, type MaterialKind } from '@breakwater/trust-policies';
import { Global, Module, type INestApplicationContext } from '@nestjs/common';
import { sign, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { SignedTagSubscriber } from '../replacements/signed-tag-subscriber';
import { SignatureVerificationModule } from '../signature-verification.module';
import { SigningViewsModule } from '../signing-views.module';
import { SignatureSubscriber } from '../verification/signature-subscriber';
import { SignatureVerification } from '../verification/signature-verification';
import { SigningViews } from '../views/signing-views.service';

export const actor = { name: 'tester', address: '', userAgent: '' };

export interface Pushed extends SignedSubject {
  blobs: Buffer[];
}

@Global()
@Module({})
class KeeperModule {}

/** The library, pushes and events on a database and a folder of their own; jobs run when they are asked to. */
export class SignaturesBench {
  private constructor(
    readonly app: INestApplicationContext,
    readonly keeper: InProcessStorageKeeper,
    readonly projectId: number,
    readonly close: () => Promise<void>,
  ) {}

  static async start(settings: Record<string, unknown> = {}): Promise<SignaturesBench> {
    const { url, drop } = await createTestDatabase();
    const root = await mkdtemp(join(tmpdir(), 'signatures-'));
    const store = new FilesystemBlobStore(root);
    const keeper = new InProcessStorageKeeper(store);
    const redis = testRedis();
    const imports = [
      RedisModule.forRoot(redis),
      QueueModule.forRoot(redis),
      ContentModule.forRoot(store),
      ProjectsModule,
      { module: KeeperModule, providers: [{ provide: STORAGE_KEEPER, useValue: keeper }], exports: [STORAGE_KEEPER] },
      SignatureVerificationModule,
      SigningViewsModule,
    ];
    const config = { UPLOAD_TTL_SECONDS: 60, DATABASE_POOL_SIZE: 6, SIGNED_TAG_GRACE_SECONDS: 60, ...settings };
    const app = await startTestModules(url, { imports }, config);
    await app
      .get(Database)
      .query(`INSERT INTO user_account (username, password_hash, sysadmin) VALUES ('admin', '', true)`);
    const projectId = await app
      .get(ProjectsService, { strict: false })
      .create({ kind: 'internal', name: 'test' }, { name: 'bench', metadata: {}, storageLimit: -1 });
    const close = async (): Promise<void> => {
      await app.close();
      await drop();
      await rm(root, { recursive: true });
    };
    return new SignaturesBench(app, keeper, projectId, close);
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.app.get(type as never, { strict: false });
  }

  query<T = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.app.get(Database).query<T>(sql, parameters);
  }

  /** As a client pushes: blobs, then the manifest. */
  async push(content: Buffer, blobs: Buffer[], { tag, repository = 'bench/app' }: PushOptions = {}): Promise<Pushed> {
    const target = { projectId: this.projectId, repository };
    for (const bytes of blobs) {
      const stream = (async function* () {
        yield bytes;
      })();
      await this.get(UploadsService).upload(target, digestOf(bytes), { stream, length: bytes.length });
    }
    const digest = digestOf(content);
    const { mediaType } = JSON.parse(content.toString()) as { mediaType: string };
    await this.get(ManifestPushService).push({
      ...target,
      reference: tag === undefined ? { kind: 'digest', digest } : { kind: 'tag', tag },
      tags: [],
      contentType: mediaType,
      payload: content,
      actor,
      condition: {},
    });
    return { mediaType, digest, size: content.length, blobs };
  }

  /** `name` makes it another image than others. */
  async pushImage(name: string, options: PushOptions = {}): Promise<Pushed> {
    const config = Buffer.from(JSON.stringify({ os: 'linux', name }));
    return this.push(imageManifest(config), [config], options);
  }

  pushIndex(children: readonly Pushed[], options: PushOptions = {}): Promise<Pushed> {
    const manifests = children.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
    const content = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
    return this.push(Buffer.from(JSON.stringify(content)), [], options);
  }

  /** Cosign's tag, with a signature for each key. */
  pushCosign(subject: SignedSubject, keys: readonly KeyObject[], options: PushOptions & { payload?: Buffer } = {}) {
    const { payload = cosignPayload(subject), ...others } = options;
    const layers = keys.map((key): CosignLayer => {
      const signature = sign('sha256', payload, key).toString('base64');
      return { payload, annotations: { 'dev.cosignproject.cosign/signature': signature } };
    });
    const { content } = cosignManifest(layers);
    const tag = `${subject.digest.replace(':', '-')}.sig`;
    return this.push(content, [Buffer.from('{}'), payload], { tag, ...others });
  }

  setPolicy(settings: z.input<typeof trustPolicySettings>) {
    return this.get(TrustPoliciesService).set(this.projectId, trustPolicySettings.parse(settings));
  }

  trust(kind: MaterialKind, name: string, content: string) {
    return this.get(TrustPoliciesService).addMaterials(this.projectId, { kind, name, content });
  }

  delete(digest: string, repository = 'bench/app'): Promise<void> {
    return this.get(ArtifactDeletionService).delete(repository, digest, actor);
  }

  async restore(digest: string, repository = 'bench/app'): Promise<void> {
    await this.get(ArtifactRestoreService).restore(this.projectId, repository, digest, actor);
  }

  /** What docker published, as notary-server's index has it. */
  async publish(
    gun: string,
    targets: Record<string, { tag: string; digest: string; expires?: Date }[]>,
    rootKeyIds = ['root'],
  ) {
    await this.query(
      `INSERT INTO trust_repository (gun, repository, root_key_ids, refresh_time) VALUES ($1, 'bench/app', $2, now())
       ON CONFLICT (gun) DO UPDATE SET root_key_ids = excluded.root_key_ids`,
      [gun, JSON.stringify(rootKeyIds)],
    );
    await this.query('DELETE FROM trust_target WHERE gun = $1', [gun]);
    for (const [role, entries] of Object.entries(targets)) {
      for (const { tag, digest, expires = new Date(Date.now() + 1e9) } of entries) {
        await this.query(
          `INSERT INTO trust_target (gun, role, name, sha256, length, key_ids, expiry_time, signed_time)
           VALUES ($1, $2, $3, $4, 10, '["key"]', $5, now())`,
          [gun, role, tag, digest.slice('sha256:'.length), expires],
        );
      }
    }
  }

  /** Events are heard. */
  async hear(): Promise<void> {
    const relay = this.get(OutboxRelay);
    const [signatures, tags] = [this.get(SignatureSubscriber), this.get(SignedTagSubscriber)];
    while ((await relay.distribute([signatures, tags])) > 0);
    while ((await relay.publish(signatures)) + (await relay.publish(tags)) > 0);
  }

  /** Events are heard and jobs run, until nothing is left to do. Answers how many tasks ran. */
  async settle(): Promise<number> {
    let ran = 0;
    for (;;) {
      await this.keepChanges();
      await this.hear();
      const tasks = await this.query<{ id: number; executionId: number; payload: JobPayload<'VERIFY_SIGNATURES'> }>(
        `DELETE FROM task WHERE job_type = 'VERIFY_SIGNATURES' RETURNING id, execution_id AS "executionId", payload`,
      );
      if (tasks.length === 0) return ran;
      for (const { executionId, payload } of tasks) await this.run(payload, executionId);
      ran += tasks.length;
    }
  }

  run(payload: JobPayload<'VERIFY_SIGNATURES'>, executionId = 1): Promise<void> {
    return this.get(SignatureVerification).run(payload, fakeJobContext({ executionId }, this.app.get(Database)));
  }

  /** Announced since the last time, as `digest status`. */
  async changes(): Promise<string[]> {
    await this.keepChanges();
    return this.announced.splice(0).sort();
  }

  async status(digest: string, tag?: string): Promise<string | undefined> {
    const policy = await this.get(TrustPoliciesService).ofProject(this.projectId);
    const asked = { repository: 'bench/app', digest, ...(tag !== undefined && { tag }) };
    return (await this.get(SigningViews).assess(asked, policy))?.status;
  }

  async view(digest: string) {
    const [row] = await this.query<{ id: number }>('SELECT id FROM artifact WHERE digest = $1', [digest]);
    return (await this.get(SigningViews).ofArtifact({ id: row!.id, projectId: this.projectId }))!;
  }

  private readonly announced: string[] = [];

  /** The relay drops what nobody listens to. */
  private async keepChanges(): Promise<void> {
    const rows = await this.query<{ change: string }>(
      `DELETE FROM outbox WHERE topic = 'signature.changed' RETURNING (payload ->> 'digest') || ' ' || (payload ->> 'status') AS change`,
    );
    this.announced.push(...rows.map(({ change }) => change));
  }
}

export interface PushOptions {
  tag?: string;
  repository?: string;
}

function imageManifest(config: Buffer): Buffer {
  const descriptor = { mediaType: mediaTypes.ociConfig, digest: digestOf(config), size: config.length };
  return Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: descriptor, layers: [] }),
  );
}
