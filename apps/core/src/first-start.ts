import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { BootstrapAdmin } from '@breakwater/identity';
import { CONFIG } from '@breakwater/platform';
import { ProjectCreationService } from '@breakwater/projects';
import { SettingsEnvironment } from '@breakwater/settings';
import { SigningKeys } from '@breakwater/tokens';

/**
 * Before the first request: what the environment says about settings, and what an empty database needs, the
 * administrator, the project `library` and a signing key.
 */
@Injectable()
export class FirstStart implements OnApplicationBootstrap {
  private readonly logger = new Logger('FirstStart');

  constructor(
    @Inject(CONFIG) private readonly config: { HARBOR_ADMIN_PASSWORD?: string },
    private readonly admin: BootstrapAdmin,
    private readonly projects: ProjectCreationService,
    private readonly keys: SigningKeys,
    private readonly environment: SettingsEnvironment,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.environment.publish();
    if (await this.admin.ensure(this.config.HARBOR_ADMIN_PASSWORD)) this.logger.log('the account admin was made');
    await this.projects.createLibrary();
    await this.keys.current();
  }
}
