import { repositoryOfGun } from '@breakwater/kernel';
import { CONFIG, FrontDoor, type NotaryServerConfig } from '@breakwater/platform';
import { TrustData, TrustPublisher } from '@breakwater/trust';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { readUpload } from '../http/upload';
import type { TrustCall } from './trust-call';

/** What clients change. */
@Injectable()
export class PublicationRoutes {
  private readonly logger = new Logger('Publications');

  constructor(
    private readonly publisher: TrustPublisher,
    private readonly data: TrustData,
    private readonly frontDoor: FrontDoor,
    @Inject(CONFIG) private readonly config: NotaryServerConfig,
  ) {}

  async publish(gun: string, { request, reply, name }: TrustCall): Promise<void> {
    const uploaded = await readUpload(request.headers, request.raw, this.config.NOTARY_MAX_UPLOAD_BYTES);
    const repository = repositoryOfGun(gun, this.frontDoor.hosts(request.raw))?.full;
    const { version, sha256 } = await this.publisher.publish({ gun, repository, uploaded });
    this.logger.log({ gun, name, roles: [...uploaded.keys()], version, sha256 }, 'trust data published');
    await reply.send();
  }

  async delete(gun: string, { reply, name }: TrustCall): Promise<void> {
    if (await this.data.delete(gun)) this.logger.log({ gun, name }, 'trust data deleted');
    await reply.send();
  }
}
