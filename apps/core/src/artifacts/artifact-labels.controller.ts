import { Body, Controller, Delete, Param, Post } from '@nestjs/common';
import { ArtifactListService, LabelsService } from '@breakwater/artifacts';
import { AppError } from '@breakwater/kernel';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Audited, theLabelled } from '../audit-logs';
import { RequirePermission } from '../auth';
import { LabelReqDto } from '../labels/label.dto';
import { api, Operation, pathId, PathParameters, RepositoryName, ReturnsNothing } from '../rest';

export class ArtifactLabelPath extends createZodDto(
  z.object({
    reference: z.string().describe('A digest, or a tag'),
    label_id: pathId.describe('The id of the label'),
  }),
) {}

@Controller(`${api}/projects/:project_name/repositories/:repository_name/artifacts/:reference/labels`)
export class ArtifactLabelsController {
  constructor(
    private readonly artifacts: ArtifactListService,
    private readonly labels: LabelsService,
  ) {}

  @Post()
  @RequirePermission('artifact-label:create')
  @Audited('update_artifact', theLabelled('put label', ({ body }) => body.id))
  @PathParameters('project_name', 'repository_name', 'reference')
  @Operation({
    id: 'addLabel',
    tag: 'artifact',
    summary: 'Put a label on an artifact; only its id is looked at',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsNothing()
  async add(
    @RepositoryName() repository: string,
    @Param('reference') reference: string,
    @Body() { id }: LabelReqDto,
  ): Promise<void> {
    if (!id) throw new AppError('BAD_REQUEST', 'invalid label: id is missing', { reason: 'label.invalid' });
    await this.labels.attach(id, await this.artifacts.get(repository, reference));
  }

  @Delete(':label_id')
  @RequirePermission('artifact-label:delete')
  @Audited('update_artifact', theLabelled('take label', ({ params }) => params.label_id))
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'removeLabel',
    tag: 'artifact',
    summary: 'Take a label from an artifact',
    errors: [401, 403, 404, 409, 422],
  })
  @ReturnsNothing()
  async remove(
    @RepositoryName() repository: string,
    @Param() { reference, label_id: id }: ArtifactLabelPath,
  ): Promise<void> {
    const artifact = await this.artifacts.get(repository, reference);
    await this.labels.detach(id, artifact.id);
  }
}
