import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import { CONFIG, FrontDoor, type CoreConfig } from '@breakwater/platform';
import { SettingsService, type Settings } from '@breakwater/settings';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { StorageInfoService } from './storage-info.service';
import type { GeneralInfoDto } from './system.dto';
import { harborVersion } from './version';

@Injectable()
export class SystemInfoService {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<CoreConfig, 'CA_CERT_FILE'>,
    private readonly settings: SettingsService,
    private readonly frontDoor: FrontDoor,
    private readonly storage: StorageInfoService,
  ) {}

  /** Reduced to what the login page needs for those who are not known (management-platform.md section 1.7). */
  async describe(principal: Principal, request: IncomingMessage): Promise<z.input<typeof GeneralInfoDto.schema>> {
    const settings = await this.settings.get();
    const open = {
      auth_mode: settings.auth_mode,
      primary_auth_mode: settings.primary_auth_mode,
      self_registration: settings.self_registration,
      banner_message: settings.banner_message,
      // The login page names the button after it.
      ...(settings.auth_mode === 'oidc_auth' && { oidc_provider_name: settings.oidc_name }),
    };
    if (principal.kind === 'anonymous') return open;
    const url = this.frontDoor.baseUrl(request);
    return {
      ...open,
      current_time: new Date(),
      registry_url: url.replace(/^https?:\/\//, ''),
      external_url: url,
      project_creation_restriction: settings.project_creation_restriction,
      has_ca_root: this.caFile() !== undefined,
      harbor_version: harborVersion,
      registry_storage_provider_name: await this.storage.driverName(),
      read_only: settings.read_only,
      notification_enable: settings.notification_enable,
      ...(settings.auth_mode === 'http_auth' && { authproxy_settings: authProxy(settings) }),
    };
  }

  /** The platform's own CA in PEM. Throws NOT_FOUND. */
  certificate(): Promise<Buffer> {
    const file = this.caFile();
    if (file === undefined) throw new AppError('NOT_FOUND', 'the platform has no CA certificate of its own');
    return readFile(file);
  }

  private caFile(): string | undefined {
    const file = this.config.CA_CERT_FILE;
    return file !== undefined && existsSync(file) ? file : undefined;
  }
}

/** Addresses inside the organisation: for callers who are known. */
function authProxy(settings: Settings) {
  return {
    endpoint: settings.http_authproxy_endpoint,
    tokenreivew_endpoint: settings.http_authproxy_tokenreview_endpoint,
    skip_search: settings.http_authproxy_skip_search,
    verify_cert: settings.http_authproxy_verify_cert,
    server_certificate: settings.http_authproxy_server_certificate,
  };
}
