import { Controller, Get, Header, Param, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';
import { AdditionsService, ArtifactListService } from '@breakwater/artifacts';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { RequirePermission } from '../auth';
import { api, Operation, PathParameters, RepositoryName } from '../rest';
import { acceptVulnerabilities } from './accept-vulnerabilities';

export class AdditionPath extends createZodDto(
  z.object({
    reference: z.string().describe('A digest, or a tag'),
    addition: z
      .string()
      .max(64)
      .describe('build_history, values.yaml, readme.md, dependencies, license or files, by the type of the artifact'),
  }),
) {}

const answered = (description: string, content: ApiResponseOptions['content']): MethodDecorator =>
  ApiResponse({
    status: 200,
    description,
    content,
    headers: { 'Content-Type': { description: 'What it is', schema: { type: 'string' } } },
  } as ApiResponseOptions);
const text = { schema: { type: 'string' } } as const;
/** Harbor's document calls both a string; its server, like this one, answers what is inside. */
const reports = { 'application/json': { schema: { type: 'object', additionalProperties: {} } } } as const;
const additions = { 'application/json': { schema: {} }, 'text/plain': text, 'text/markdown': text };

@Controller(`${api}/projects/:project_name/repositories/:repository_name/artifacts/:reference/additions`)
export class AdditionsController {
  constructor(
    private readonly artifacts: ArtifactListService,
    private readonly additions: AdditionsService,
  ) {}

  @Get('vulnerabilities')
  @RequirePermission('artifact-addition:read')
  @PathParameters('project_name', 'repository_name', 'reference')
  @ApiHeader(acceptVulnerabilities)
  @Operation({
    id: 'getVulnerabilitiesAddition',
    tag: 'artifact',
    summary: 'Read the reports of vulnerabilities of an artifact, by their media type; none before it was scanned',
    errors: [400, 401, 403, 404],
  })
  @answered('The reports by their media type', reports)
  @Header('Content-Type', 'application/json')
  async vulnerabilities(@RepositoryName() repository: string, @Param('reference') reference: string) {
    await this.artifacts.get(repository, reference);
    return {};
  }

  @Get(':addition')
  @RequirePermission('artifact-addition:read')
  @PathParameters('project_name', 'repository_name')
  @Operation({
    id: 'getAddition',
    tag: 'artifact',
    summary: 'Read what an artifact of that type tells beside its row',
    errors: [400, 401, 403, 404, 422],
  })
  @answered('The addition, as what it is', additions)
  // It is what somebody pushed: no browser shall take it for a page.
  @Header('X-Content-Type-Options', 'nosniff')
  async get(@RepositoryName() repository: string, @Param() { reference, addition }: AdditionPath) {
    const artifact = await this.artifacts.get(repository, reference);
    const { content, contentType } = await this.additions.get(artifact, addition);
    return new StreamableFile(content, { type: contentType, length: content.length });
  }
}
