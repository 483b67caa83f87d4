import type { Principal } from '@breakwater/access';
import { LabelsService } from '@breakwater/artifacts';
import { KnownProjectFacts } from '@breakwater/projects';
import { RetentionPoliciesService } from '@breakwater/retention';
import { ScannersService } from '@breakwater/scanners';
import { WebhookPoliciesService } from '@breakwater/webhooks';
import { Injectable } from '@nestjs/common';
import { inProject, named, unlessMissing, type Subject } from './named-subject';

/** What projects are set up with, by its ids. */
@Injectable()
export class PolicySubjects {
  constructor(
    private readonly projects: KnownProjectFacts,
    private readonly labels: LabelsService,
    private readonly webhooks: WebhookPoliciesService,
    private readonly retentions: RetentionPoliciesService,
    private readonly scanners: ScannersService,
  ) {}

  label(id: string | undefined): Promise<Subject> {
    return named(id, async (number) => {
      const { name, projectId } = await this.labels.get(number);
      return { resource: name, ...inProject(projectId) };
    });
  }

  /** Null: of the system. */
  async webhook(projectId: number | null, id: string | undefined): Promise<Subject> {
    const subject = await named(id, async (number) => ({
      resource: (await this.webhooks.get(projectId, number)).name,
    }));
    return { ...subject, ...inProject(projectId) };
  }

  scanner(uuid: string): Promise<Subject> {
    return unlessMissing(async () => ({ resource: await this.scanners.nameOf(uuid) }), { resource: uuid });
  }

  /** A retention policy goes by the name of its project. */
  retention(id: string | undefined, principal: Principal): Promise<Subject> {
    return named(id, async (number) => {
      const { projectId } = await this.retentions.get(number);
      return this.projectWith(String(projectId), principal);
    });
  }

  projectWith(id: string | undefined, principal: Principal): Promise<Subject> {
    return named(id, async (number) => {
      const project = await this.projects.findById(number, principal);
      return project ? { resource: project.name, projectId: project.id } : { resource: String(number) };
    });
  }
}
