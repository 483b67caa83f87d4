import { Injectable } from '@nestjs/common';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import {
  metadataNames,
  readAllMetadata,
  readMetadata,
  retentionId,
  type GivenMetadata,
  type MetadataName,
} from './project-metadata-rules';
import { ProjectsRepository } from './projects.repository';

/** The metadata of a project as a map of strings; `public` is a column of the project and one of them all the same. */
@Injectable()
export class ProjectMetadataService {
  constructor(
    private readonly database: Database,
    private readonly projects: ProjectsRepository,
  ) {}

  /** Throws NOT_FOUND for a project that is gone. */
  async list(projectId: number): Promise<Record<string, string>> {
    const project = await this.projects.publicAndMetadata(projectId);
    if (!project) throw new AppError('NOT_FOUND', `project ${projectId} not found`);
    return { public: String(project.public), ...project.metadata };
  }

  /** Throws NOT_FOUND. */
  async get(projectId: number, name: string): Promise<Record<string, string>> {
    const all = new Map(Object.entries(await this.list(projectId)));
    const value = all.get(name);
    if (value === undefined) throw missing(name);
    return { [name]: value };
  }

  /** Throws CONFLICT when it is set already. */
  async add(projectId: number, metadata: Readonly<Record<string, string>>): Promise<void> {
    const [name, value] = readOne(metadata);
    await this.database.transaction(async () => {
      const all = await this.read(projectId);
      if (all.has(name)) throw new AppError('CONFLICT', `metadata ${name} already exists in the project`);
      await this.change(projectId, new Map([[name, value]]));
    });
  }

  /** `metadata` holds `name` alone. Throws NOT_FOUND when it is not set. */
  async update(projectId: number, name: string, metadata: Readonly<Record<string, string>>): Promise<void> {
    const value = metadata[name];
    if (value === undefined || Object.keys(metadata).length !== 1)
      throw new AppError('BAD_REQUEST', `the body must hold ${name} and nothing else`);
    const [known, stored] = readMetadata(name, value);
    await this.database.transaction(async () => {
      const all = await this.read(projectId);
      if (!all.has(known)) throw missing(name);
      await this.change(projectId, new Map([[known, stored]]));
    });
  }

  /** Names the project's retention policy in its metadata; null: it has none. */
  async setRetention(projectId: number, policyId: number | null): Promise<void> {
    if (policyId === null) await this.projects.deleteMetadata(projectId, retentionId);
    else await this.projects.setMetadata(projectId, new Map([[retentionId, String(policyId)]]));
  }

  /** A project without `public` is private. Throws NOT_FOUND when it is not set. */
  async delete(projectId: number, name: string): Promise<void> {
    if (name === retentionId) throw new AppError('BAD_REQUEST', `${retentionId} goes with the retention policy`);
    await this.database.transaction(async () => {
      const all = await this.read(projectId);
      if (!all.has(name)) throw missing(name);
      if (name === 'public') await this.projects.setPublic(projectId, false);
      else await this.projects.deleteMetadata(projectId, name);
    });
  }

  /** Sets those that a project's update holds; the others stay. Throws BAD_REQUEST, NOT_FOUND. */
  updateAll(projectId: number, metadata: GivenMetadata): Promise<void> {
    return this.change(projectId, readAllMetadata(metadata));
  }

  /** Sets values that were checked. Throws NOT_FOUND for a project that is gone. */
  private async change(projectId: number, metadata: ReadonlyMap<MetadataName, string>): Promise<void> {
    await this.database.transaction(async () => {
      const project = await this.projects.lock(projectId);
      if (!project) throw new AppError('NOT_FOUND', `project ${projectId} not found`);
      const { public: isPublic, ...rest } = Object.fromEntries(metadata);
      await this.projects.setPublic(projectId, isPublic === undefined ? project.public : isPublic === 'true');
      await this.projects.setMetadata(projectId, new Map(Object.entries(rest) as [MetadataName, string][]));
    });
  }

  /** Under the project's lock, so that what is read is what is changed. */
  private async read(projectId: number): Promise<Map<string, string>> {
    const project = await this.projects.lock(projectId);
    if (!project) throw new AppError('NOT_FOUND', `project ${projectId} not found`);
    const stored = await this.projects.metadata(projectId);
    return new Map([['public', String(project.public)], ...stored]);
  }
}

function readOne(metadata: Readonly<Record<string, string>>): [MetadataName, string] {
  const [entry, ...more] = Object.entries(metadata);
  if (!entry || more.length > 0)
    throw new AppError('BAD_REQUEST', `the body must hold exactly one of ${metadataNames.join(', ')}`);
  return readMetadata(...entry);
}

function missing(name: string): AppError {
  return new AppError('NOT_FOUND', `metadata ${name.slice(0, 80)} not found in the project`);
}
