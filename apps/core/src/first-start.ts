import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { BootstrapAdmin } from '@breakwater/identity';
import { CONFIG } from '@breakwater/platform';
import { ProjectCreationService } from '@breakwater/projects';
import { SigningKeys } from '@breakwater/tokens';

/** What an empty database needs before the first request: the administrator, the project `library`, a signing key. */
@Injectable()
export class FirstStart implements OnApplicationBootstrap {
  private readonly logger = new Logger('FirstStart');

  constructor(
    @Inject(CONFIG) private readonly config: { HARBOR_ADMIN_PASSWORD?: string },
    private readonly admin: BootstrapAdmin,
    private readonly projects: ProjectCreationService,
    private readonly keys: SigningKeys,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (await this.admin.ensure(this.config.HARBOR_ADMIN_PASSWORD)) this.logger.log('the account admin was made');
    await this.projects.createLibrary();
    await this.keys.current();
  }
}
