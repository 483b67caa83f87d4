import type { ProjectFacts } from '@breakwater/access';
import type { EventActor, JobPayload } from '@breakwater/contracts';
import { Outbox } from '@breakwater/events';
import { ExecutionsService, type JobContext } from '@breakwater/executions';
import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { ArtifactPurgeService } from '../deletion/artifact-purge.service';
import { ProjectContentRemoval, type Removed } from './project-content-removal';
import { ProjectDeletionService } from './project-deletion.service';
import { RepositoriesRepository } from '../repository/repositories.repository';

const vendorType = 'PROJECT_DELETE';
/** The checkpoint when the project is gone. */
const deleted = 'deleted';
/** How often a project may be filled again while it is emptied. */
const mostRounds = 20;

export interface RemovalRequest {
  deleteImmutable: boolean;
  actor: EventActor;
}

/** Deletes projects that hold something: in batches, in the background, and for good. */
@Injectable()
export class ProjectRemovalService {
  constructor(
    private readonly executions: ExecutionsService,
    private readonly repositories: RepositoriesRepository,
    private readonly content: ProjectContentRemoval,
    private readonly purges: ArtifactPurgeService,
    private readonly deletion: ProjectDeletionService,
    private readonly outbox: Outbox,
  ) {}

  /** Answers the execution's id. Throws CONFLICT while one runs, PRECONDITION for an immutable tag that is not to go. */
  async start(project: Pick<ProjectFacts, 'id' | 'name'>, request: RemovalRequest): Promise<number> {
    const { id: projectId, name } = project;
    if ((await this.executions.running(vendorType, projectId)).length > 0)
      throw new AppError('CONFLICT', `project ${name} is being deleted`, { reason: 'project.deletion.running' });
    if (!request.deleteImmutable) await this.assertMutable(projectId);
    const payload = { projectId, project: name, ...request };
    const id = await this.executions.start({
      vendorType,
      vendorId: projectId,
      trigger: 'MANUAL',
      extraAttrs: { project: name, operator: request.actor.name, delete_immutable: request.deleteImmutable },
      tasks: [{ job: vendorType, payload, serialKey: `project-delete-${projectId}` }],
    });
    if (id === undefined) throw new Error('an execution without a key was started before');
    return id;
  }

  /** What was removed is not found again, so a run that was cut off leaves off nowhere. */
  async run(payload: JobPayload<'PROJECT_DELETE'>, context: JobContext): Promise<void> {
    // The run before ended just after the project was gone.
    if (context.checkpoint === deleted) return;
    const total: Removed = { repositories: 0, artifacts: 0 };
    for (let round = 1; round <= mostRounds; round++) {
      await this.empty(payload, total, context);
      if (await this.finish(payload, context)) {
        context.log(`project ${payload.project} is deleted, with ${total.artifacts} artifacts`);
        return context.result(shown(total));
      }
      context.log('something was pushed meanwhile');
    }
    throw new Error('something is pushed into the project again and again');
  }

  private async empty(payload: JobPayload<'PROJECT_DELETE'>, total: Removed, context: JobContext): Promise<void> {
    for (;;) {
      context.signal.throwIfAborted();
      let removed = undefined as Removed | undefined;
      await context.advance(null, async () => {
        removed = (await this.content.next(payload)) ?? (await this.purge(payload));
      });
      if (!removed) return;
      total.repositories += removed.repositories;
      total.artifacts += removed.artifacts;
      context.log(`${removed.artifacts} artifacts and ${removed.repositories} repositories removed`);
      context.progress(shown(total));
    }
  }

  /** A batch of what could be restored; undefined when nothing is left. */
  private async purge({ projectId, actor }: JobPayload<'PROJECT_DELETE'>): Promise<Removed | undefined> {
    try {
      const { artifacts } = await this.purges.purgeSome(projectId, actor);
      return artifacts === 0 ? undefined : { repositories: 0, artifacts };
    } catch (error) {
      // The project itself is gone.
      if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** False: it holds something again. */
  private async finish(payload: JobPayload<'PROJECT_DELETE'>, context: JobContext): Promise<boolean> {
    const { projectId, project, actor } = payload;
    try {
      await context.advance(deleted, async () => {
        await this.deletion.delete({ id: projectId, name: project });
        await this.outbox.add({
          topic: 'action.audited',
          key: project,
          payload: {
            projectId,
            actor,
            event: 'delete_project',
            resource: project,
            description: `delete project with all that it held: ${project}`,
            succeeded: true,
          },
        });
      });
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'PRECONDITION') return false;
      throw error;
    }
  }

  private async assertMutable(projectId: number): Promise<void> {
    const tag = await this.content.immutableTag(await this.repositories.allOf(projectId));
    if (tag === undefined) return;
    throw new AppError('PRECONDITION', `tag ${tag} is immutable: ask for delete_immutable to delete it too`, {
      reason: 'tag.immutable',
      params: { tag },
    });
  }
}

const shown = ({ repositories, artifacts }: Removed) => ({
  removed_repositories: repositories,
  removed_artifacts: artifacts,
});
