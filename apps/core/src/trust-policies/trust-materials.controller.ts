import type { ProjectFacts } from '@breakwater/access';
import { TrustPoliciesService } from '@breakwater/trust-policies';
import { Body, Controller, Delete, Get, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Audited, theTrustMaterial } from '../audit-logs';
import { CurrentProject, RequirePermission } from '../auth';
import {
  api,
  Operation,
  PathParameters,
  ResourceNameHeader,
  Returns,
  ReturnsAll,
  ReturnsCreated,
  ReturnsNothing,
  setLocation,
} from '../rest';
import {
  toTrustMaterial,
  TrustMaterialDto,
  TrustMaterialInputDto,
  TrustMaterialPath,
  TrustMaterialsDto,
} from './trust-material.dto';

const tag = 'trust';

@Controller(`${api}/projects/:project_name_or_id/trust-policy/materials`)
export class TrustMaterialsController {
  constructor(private readonly policies: TrustPoliciesService) {}

  @Get()
  @RequirePermission('configuration:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'listTrustMaterials',
    tag,
    summary: 'List the certificates and keys that a project trusts',
    errors: [400, 401, 403, 404],
  })
  @ReturnsAll(TrustMaterialDto)
  async list(@CurrentProject() project: ProjectFacts) {
    const { materials, settings } = await this.policies.materials(project.id);
    const now = new Date();
    return materials.map((material) => toTrustMaterial(material, settings, now));
  }

  @Post()
  @RequirePermission('configuration:update')
  @Audited('update_trust_policy', theTrustMaterial)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'addTrustMaterials',
    tag,
    summary: 'Upload certificates, a public key or a trusted root; a newer trusted root replaces the last',
    errors: [400, 401, 403, 404, 409, 422],
  })
  @ReturnsCreated(TrustMaterialsDto)
  async add(
    @CurrentProject() project: ProjectFacts,
    @Body() body: TrustMaterialInputDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { added, settings } = await this.policies.addMaterials(project.id, body);
    setLocation(reply, `projects/${project.id}/trust-policy/materials/${added[0]?.id}`);
    const now = new Date();
    return { materials: added.map((material) => toTrustMaterial(material, settings, now)) };
  }

  @Get(':material_id')
  @RequirePermission('configuration:read')
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'getTrustMaterial',
    tag,
    summary: 'Get a certificate, key or trusted root that a project trusts, with its content',
    errors: [400, 401, 403, 404, 422],
  })
  @Returns(TrustMaterialDto)
  async get(@CurrentProject() project: ProjectFacts, @Param() { material_id: id }: TrustMaterialPath) {
    const { material, settings } = await this.policies.material(project.id, id);
    return { ...toTrustMaterial(material, settings, new Date()), content: material.content };
  }

  @Delete(':material_id')
  @RequirePermission('configuration:update')
  @Audited('update_trust_policy', theTrustMaterial)
  @PathParameters('project_name_or_id')
  @ResourceNameHeader()
  @Operation({
    id: 'deleteTrustMaterial',
    tag,
    summary: 'Trust a certificate or key no longer; refused while a required signer goes by it alone',
    errors: [400, 401, 403, 404, 412, 422],
  })
  @ReturnsNothing()
  delete(@CurrentProject() project: ProjectFacts, @Param() { material_id: id }: TrustMaterialPath): Promise<void> {
    return this.policies.deleteMaterial(project.id, id);
  }
}
