import type { ProjectFacts } from '@breakwater/access';
import { Controller, Get, Query } from '@nestjs/common';
import { CurrentProject, RequirePermission } from '../auth';
import { api, Operation, PathParameters, ResourceNameHeader, ReturnsList } from '../rest';
import { WebhookAnswers } from './webhook-answers.service';
import { ListWebhookJobsQuery, WebhookJobDto } from './webhook-job.dto';

/** The older list of what was sent. */
@Controller(`${api}/projects/:project_name_or_id/webhook/jobs`)
export class WebhookJobsController {
  constructor(private readonly answers: WebhookAnswers) {}

  @Get()
  @RequirePermission('notification-policy:list')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'ListWebhookJobs',
    tag: 'webhookjob',
    summary: 'List what was sent for a policy',
    errors: [400, 401, 403, 404],
  })
  @ReturnsList(WebhookJobDto)
  list(@CurrentProject() project: ProjectFacts, @Query() query: ListWebhookJobsQuery) {
    return this.answers.listJobs(project.id, query);
  }
}
