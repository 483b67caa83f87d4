import { can, isAdministrator, roleIds, tokenCovers, type Principal } from '@breakwater/access';
import { AppError, isProjectName } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { assertLimit, QuotasService } from '@breakwater/quotas';
import { SettingsService } from '@breakwater/settings';
import { Injectable } from '@nestjs/common';
import { MembersRepository } from './members.repository';
import { readAllMetadata, type GivenMetadata } from './project-metadata-rules';
import { ProjectsRepository } from './projects.repository';

export interface NewProject {
  name: string;
  metadata: GivenMetadata;
  /** Bytes, -1 for unlimited; counts only from system administrators. */
  storageLimit?: number;
}

/** Makes projects with all that belongs to them: metadata, their first administrator, a quota. */
@Injectable()
export class ProjectCreationService {
  constructor(
    private readonly database: Database,
    private readonly projects: ProjectsRepository,
    private readonly members: MembersRepository,
    private readonly quotas: QuotasService,
    private readonly settings: SettingsService,
  ) {}

  /** Answers the new project's id. Throws BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, CONFLICT. */
  async create(principal: Principal, project: NewProject): Promise<number> {
    const settings = await this.settings.get();
    assertMayCreate(principal, settings.project_creation_restriction);
    const hard = (isAdministrator(principal) ? project.storageLimit : undefined) ?? settings.storage_per_project;
    return this.database.transaction(async () => this.insert(project, await this.ownerFor(principal), hard));
  }

  /** `library`, public, owned by the first administrator: made once, at the platform's first start. */
  async createLibrary(): Promise<void> {
    if (!(await this.projects.isFirstStart())) return;
    const owner = await this.projects.firstAdministrator();
    if (owner === undefined) throw new AppError('UNKNOWN', 'no administrator to own the project library');
    const { storage_per_project: hard } = await this.settings.get();
    try {
      await this.database.transaction(() =>
        this.insert({ name: 'library', metadata: { public: 'true' } }, owner, hard),
      );
    } catch (error) {
      // Another replica was faster.
      if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
    }
  }

  /** Id of the project of that name, which is made if need be, as the platform's. Throws BAD_REQUEST for other names. */
  async ensure(principal: Principal, project: NewProject): Promise<{ id: number; created: boolean }> {
    const found = await this.projects.findId(project.name);
    if (found !== undefined) return { id: found, created: false };
    try {
      return { id: await this.create(principal, project), created: true };
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
      return this.ensure(principal, project);
    }
  }

  private async insert({ name, metadata: given }: NewProject, ownerId: number, hard: number): Promise<number> {
    if (!isProjectName(name)) {
      throw new AppError(
        'BAD_REQUEST',
        'the name of a project is 1 to 255 lower-case letters and digits, with single . _ - between them',
        { reason: 'project.name.invalid' },
      );
    }
    assertLimit(hard);
    const metadata = readAllMetadata(given);
    const isPublic = metadata.get('public') === 'true';
    metadata.delete('public');
    const id = await this.projects.insert({ name, ownerId, public: isPublic });
    if (id === 0)
      throw new AppError('CONFLICT', `The project named ${name} already exists`, {
        reason: 'project.exists',
        params: { name },
      });
    await this.projects.setMetadata(id, metadata);
    await this.members.insert({ projectId: id, entityType: 'u', entityId: ownerId, roleId: roleIds.projectAdmin });
    await this.quotas.create(id, hard);
    return id;
  }

  /** Robots and the platform itself create in the name of the first administrator. */
  private async ownerFor(principal: Principal): Promise<number> {
    const owner = principal.kind === 'user' ? principal.id : await this.projects.firstAdministrator();
    if (owner === undefined) throw new AppError('PRECONDITION', 'there is no administrator to own the project');
    return owner;
  }
}

/** Any user, unless only administrators may; robots need the grant, which only robots of the system can have. */
function assertMayCreate(principal: Principal, restriction: 'everyone' | 'adminonly'): void {
  if (principal.kind === 'anonymous') throw new AppError('UNAUTHORIZED', 'UnAuthorized');
  if (can(principal, 'project:create')) return;
  if (principal.kind === 'robot') throw new AppError('FORBIDDEN', 'the robot account may not create projects');
  if (!tokenCovers(principal, 'project:create'))
    throw new AppError('FORBIDDEN', 'the access token may not create projects', { reason: 'access.forbidden' });
  if (restriction === 'adminonly')
    throw new AppError('FORBIDDEN', 'Only system admin can create project', { reason: 'project.create.adminonly' });
}
