import { Controller, Get, Header, Param, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiProduces, ApiResponse } from '@nestjs/swagger';
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

const answer = {
  status: 200,
  description: 'The addition, as what it is',
  schema: { type: 'string' },
  headers: { 'Content-Type': { description: 'What it is', schema: { type: 'string' } } },
} as const;

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
  @ApiProduces('application/json')
  @ApiResponse(answer)
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
  @ApiProduces('application/json', 'text/plain', 'text/markdown')
  @ApiResponse(answer)
  // It is what somebody pushed: no browser shall take it for a page.
  @Header('X-Content-Type-Options', 'nosniff')
  async get(@RepositoryName() repository: string, @Param() { reference, addition }: AdditionPath) {
    const artifact = await this.artifacts.get(repository, reference);
    const { content, contentType } = await this.additions.get(artifact, addition);
    return new StreamableFile(content, { type: contentType, length: content.length });
  }
}
