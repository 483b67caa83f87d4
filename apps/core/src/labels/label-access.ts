import type { Principal } from '@breakwater/access';
import { LabelsService, type LabelRow } from '@breakwater/artifacts';
import { Injectable } from '@nestjs/common';
import { AccessChecker } from '../auth';

/** `label:*` on the system or on the project, by the label's scope (management-platform.md section 3.4). */
@Injectable()
export class LabelAccess {
  constructor(
    private readonly checker: AccessChecker,
    private readonly labels: LabelsService,
  ) {}

  /** Labels of every project, `projectId` null, are for anyone to see in lists. Throws FORBIDDEN, NOT_FOUND. */
  async requireList(principal: Principal, projectId: number | null): Promise<void> {
    if (projectId !== null) await this.checker.requireProject(principal, 'label:list', { id: projectId });
  }

  /** Throws FORBIDDEN, NOT_FOUND. */
  async requireAt(
    principal: Principal,
    action: 'create' | 'read' | 'update' | 'delete',
    projectId: number | null,
  ): Promise<void> {
    if (projectId === null) this.checker.requireSystem(principal, `label:${action}`);
    else await this.checker.requireProject(principal, `label:${action}`, { id: projectId });
  }

  /**
   * The label, when the principal may do that to it. Who has not logged in is not told that there is none.
   * Throws UNAUTHORIZED, FORBIDDEN, NOT_FOUND.
   */
  async requireOn(principal: Principal, action: 'read' | 'update' | 'delete', labelId: number): Promise<LabelRow> {
    const label = await this.labels.get(labelId).catch((error: unknown) => {
      this.checker.requireAuthenticated(principal);
      throw error;
    });
    await this.requireAt(principal, action, label.projectId);
    return label;
  }
}
