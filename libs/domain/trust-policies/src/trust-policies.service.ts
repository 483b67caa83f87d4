import { Changes, CoherentCache, LeaseHolder, SingleFlight } from '@breakwater/coherence';
import { Outbox } from '@breakwater/events';
import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { effectivePolicy, verdictInputs } from './effective-policy';
import { readMaterials, type UploadedFile } from './material-files';
import { assertConsistent, assertUnused } from './policy-rules';
import { explainPolicy, type ExplainedPolicy } from './policy-reasons';
import type { ProjectTrustPolicy } from './project-trust-policy';
import type { Material, NewMaterial } from './trust-material';
import { TrustPoliciesRepository, type StoredPolicy } from './trust-policies.repository';
import { defaultSettings, type TrustPolicySettings } from './trust-policy-settings';

const maxBytes = 32 * 1024 * 1024;
const maxMaterials = 200;

/** What people set, without what is uploaded. */
export interface SavedPolicy {
  version: number;
  settings: TrustPolicySettings;
}

export interface Uploaded {
  added: Material[];
  settings: TrustPolicySettings;
}

/** Which signatures count in projects. A change counts everywhere when it is acknowledged. */
@Injectable()
export class TrustPoliciesService {
  private readonly known: CoherentCache<ProjectTrustPolicy>;
  private readonly flights: SingleFlight<ProjectTrustPolicy>;

  constructor(
    private readonly lease: LeaseHolder,
    private readonly changes: Changes,
    private readonly outbox: Outbox,
    private readonly policies: TrustPoliciesRepository,
  ) {
    this.known = new CoherentCache(lease, { maxBytes, sizeOf: (policy) => JSON.stringify(policy).length });
    this.flights = new SingleFlight(lease);
  }

  /** With what the metadata contributes; asks nobody while it is known. Throws NOT_FOUND for a project that is gone. */
  async ofProject(projectId: number): Promise<ProjectTrustPolicy> {
    const key = String(projectId);
    const known = this.known.get(key);
    if (known) return known;
    const ticket = this.lease.ticket(`project:${projectId}`);
    return this.flights.run(key, ticket, async () => {
      const policy = effectivePolicy(await this.read(projectId));
      this.known.set(key, policy, ticket);
      return policy;
    });
  }

  /** As it is stored. Throws NOT_FOUND. */
  async get(projectId: number): Promise<SavedPolicy> {
    const { version, settings } = await this.read(projectId);
    return { version, settings: settings ?? defaultSettings() };
  }

  /** The policy in force, with its reasons. Throws NOT_FOUND. */
  async explain(projectId: number, now: Date): Promise<ExplainedPolicy> {
    return explainPolicy(await this.read(projectId), now);
  }

  /**
   * Replaces it as a whole. With `version`, only while that is the version in force. Throws BAD_REQUEST, NOT_FOUND,
   * CONFLICT.
   */
  async set(projectId: number, settings: TrustPolicySettings, version?: number): Promise<SavedPolicy> {
    return this.change(projectId, (stored) => {
      if (version !== undefined && version !== stored.version)
        throw new AppError(
          'CONFLICT',
          `the trust policy is at version ${stored.version}, not ${version}: somebody has changed it since`,
          { reason: 'trust.policy_changed' },
        );
      assertConsistent(settings, stored.materials);
      return Promise.resolve(settings);
    });
  }

  /** As if nobody had set it; certificates and keys stay. Throws NOT_FOUND. */
  async reset(projectId: number): Promise<void> {
    await this.change(projectId, () => Promise.resolve(defaultSettings()));
  }

  /** In the order of their upload. Throws NOT_FOUND. */
  async materials(projectId: number): Promise<{ materials: Material[]; settings: TrustPolicySettings }> {
    const { materials, settings } = await this.read(projectId);
    return { materials, settings: settings ?? defaultSettings() };
  }

  /** Throws NOT_FOUND. */
  async material(projectId: number, id: number): Promise<{ material: Material; settings: TrustPolicySettings }> {
    const { materials, settings } = await this.materials(projectId);
    return { material: findMaterial(materials, id), settings };
  }

  /** Throws BAD_REQUEST that says what is wrong with the file, NOT_FOUND, CONFLICT. */
  async addMaterials(projectId: number, file: UploadedFile): Promise<Uploaded> {
    const given = readMaterials(file);
    let added: Material[] = [];
    const { settings: kept } = await this.change(projectId, async (stored) => {
      const settings = stored.settings ?? defaultSettings();
      // A project has one root: a newer one takes the place of the last.
      const replaced = stored.materials.filter(({ kind }) => kind === 'sigstoreRoot' && file.kind === kind);
      const kept = stored.materials.filter((material) => !replaced.includes(material));
      assertNew(given, kept);
      assertNameIsFree(file, { kept, settings });
      await this.policies.deleteMaterials(
        projectId,
        replaced.map(({ id }) => id),
      );
      added = await this.policies.insertMaterials(projectId, given);
      return settings;
    });
    return { added, settings: kept };
  }

  /** Throws NOT_FOUND, PRECONDITION while a required signer or the policy hangs on it. */
  async deleteMaterial(projectId: number, id: number): Promise<void> {
    await this.change(projectId, async ({ materials, settings: saved }) => {
      const settings = saved ?? defaultSettings();
      assertUnused(findMaterial(materials, id), { settings, materials });
      await this.policies.deleteMaterials(projectId, [id]);
      return settings;
    });
  }

  /** One change after the other: what `decide` is shown is what it changes. It answers the settings to be stored. */
  private change(
    projectId: number,
    decide: (stored: StoredPolicy) => Promise<TrustPolicySettings>,
  ): Promise<SavedPolicy> {
    return this.changes.around([`project:${projectId}`], async () => {
      if (!(await this.policies.lockProject(projectId))) throw unknownProject(projectId);
      const before = await this.read(projectId);
      const settings = await decide(before);
      const version = await this.policies.save(projectId, settings, await this.changesVerdicts(before, settings));
      const payload = { projectId, version };
      await this.outbox.add({ topic: 'trust-policy.changed', key: `project ${projectId}`, payload });
      return { version, settings };
    });
  }

  private async changesVerdicts(before: StoredPolicy, settings: TrustPolicySettings): Promise<boolean> {
    const { materials } = await this.read(before.projectId);
    const was = verdictInputs(before.settings ?? defaultSettings(), before.materials);
    return was !== verdictInputs(settings, materials);
  }

  private async read(projectId: number): Promise<StoredPolicy> {
    const stored = await this.policies.find(projectId);
    if (stored === undefined) throw unknownProject(projectId);
    return stored;
  }
}

function findMaterial(materials: readonly Material[], id: number): Material {
  const material = materials.find((one) => one.id === id);
  if (material === undefined) throw new AppError('NOT_FOUND', `trust material ${id} not found`);
  return material;
}

/** Twice in a store would do nothing; in the stores of two signers, one signature would count for both. */
function assertNew(given: readonly NewMaterial[], kept: readonly Material[]): void {
  if (kept.length + given.length > maxMaterials)
    throw new AppError('BAD_REQUEST', `a project has at most ${maxMaterials} certificates and keys`);
  for (const { kind, thumbprint } of given) {
    const twin = kept.find((other) => other.kind === kind && other.thumbprint === thumbprint);
    if (twin === undefined) continue;
    const what = twin.details.certificate?.subject ?? 'the key';
    throw new AppError('CONFLICT', `${what} is there already, under the name ${twin.name} (${kind})`, {
      reason: 'trust.material_exists',
    });
  }
}

/** Verdicts name who vouched: of a key and an identity of one name nobody could tell which it was. */
function assertNameIsFree(
  { kind, name }: UploadedFile,
  { kept, settings }: { kept: readonly Material[]; settings: TrustPolicySettings },
): void {
  if (kind !== 'cosignKey') return;
  const isTaken =
    kept.some((other) => other.kind === kind && other.name === name) ||
    settings.cosign.identities.some((identity) => identity.name === name);
  if (!isTaken) return;
  throw new AppError('CONFLICT', `there is a key or an identity "${name}": give the new key another name`, {
    reason: 'trust.material_exists',
  });
}

function unknownProject(projectId: number): AppError {
  return new AppError('NOT_FOUND', `project ${projectId} not found`);
}
