import type { Principal } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import { CONFIG } from '@breakwater/platform';
import {
  settingNames,
  SettingsService,
  systemSettings,
  type ShownSetting,
  type SystemFacts,
} from '@breakwater/settings';
import { Body, Controller, Get, HttpCode, Inject, Put } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { Audited } from '../audit-logs';
import { AllowedWhenReadOnly, Authenticated, CurrentPrincipal, SystemPermission } from '../auth';
import { api, Operation, Returns, ReturnsNothing } from '../rest';
import { ConfigurationsDto, ConfigurationsResponseDto } from './configuration.dto';

const tag = 'configure';

const internalValues = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    'x-model': 'InternalConfigurationValue',
    properties: { value: {}, editable: { type: 'boolean' } },
  },
} as const;

/** Names alone: values may be secrets. */
function theSettings({ body }: { body: Record<string, unknown> }): { resource: string; description: string } {
  const given = settingNames.filter((name) => Object.hasOwn(body, name));
  return { resource: 'system', description: `update configuration: ${given.join(', ') || 'nothing'}` };
}

/** What administrators change at run time. */
@Controller(api)
export class ConfigurationsController {
  constructor(
    private readonly settings: SettingsService,
    @Inject(CONFIG) private readonly config: SystemFacts,
  ) {}

  @Get('configurations')
  @SystemPermission('configuration:read')
  @Operation({ id: 'getConfigurations', tag, summary: 'Get the settings', errors: [401, 403] })
  @Returns(ConfigurationsResponseDto)
  async get(): Promise<z.input<typeof ConfigurationsResponseDto.schema>> {
    const shown = await this.settings.describe();
    return { ...inText(shown), scan_all_policy: shown.scan_all_policy.value };
  }

  @Put('configurations')
  @SystemPermission('configuration:update')
  @Audited('update_configuration', theSettings)
  @AllowedWhenReadOnly()
  @Operation({
    id: 'updateConfigurations',
    tag,
    summary: 'Change settings: all that are given, or none. Names that are no settings are left out',
    errors: [400, 401, 403, 422],
  })
  @ReturnsNothing()
  async update(@Body() body: ConfigurationsDto): Promise<void> {
    await this.settings.update(body);
  }

  @Get('internalconfig')
  @Authenticated()
  @Operation({
    id: 'getInternalconfig',
    tag,
    summary: "Get the settings and what the environment gives, without secrets; for the platform's own services",
    errors: [401, 403],
  })
  @HttpCode(200)
  @ApiResponse({ status: 200, description: 'Success', schema: internalValues as object })
  async getInternal(@CurrentPrincipal() principal: Principal): Promise<Record<string, ShownSetting>> {
    if (principal.kind !== 'internal')
      throw new AppError('FORBIDDEN', "this is for the platform's own services", { reason: 'access.forbidden' });
    const system = Object.entries(systemSettings(this.config)).map(([name, value]) => [
      name,
      { value, editable: false },
    ]);
    return { ...(Object.fromEntries(system) as Record<string, ShownSetting>), ...(await this.settings.describe()) };
  }
}

/** Maps as JSON, because clients were generated for strings. */
function inText(shown: Record<string, ShownSetting>): Record<string, ShownSetting> {
  const entries = Object.entries(shown).map(([name, { value, editable }]) => [
    name,
    { value: typeof value === 'object' ? JSON.stringify(value) : value, editable },
  ]);
  return Object.fromEntries(entries) as Record<string, ShownSetting>;
}
