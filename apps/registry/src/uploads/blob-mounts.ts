import { BlobsService, type UploadTarget } from '@breakwater/artifacts';
import { isRepositoryName, parseDigest, parseRepositoryName } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { RegistryAuthorizer } from '../auth/registry-authorizer';
import { queryOnce } from '../http/query';
import type { RepositoryCall } from '../http/route';

/** distribution-spec "Mounting a blob from another repository". */
@Injectable()
export class BlobMounts {
  constructor(
    private readonly blobs: BlobsService,
    private readonly authorizer: RegistryAuthorizer,
  ) {}

  /**
   * Only from where the caller may pull; everything else looks like a blob that does not exist, and false tells to
   * upload it. A token that does not name the source is answered with a challenge that does.
   */
  async mount(
    target: UploadTarget,
    { request, caller, repository }: Pick<RepositoryCall, 'request' | 'caller' | 'repository'>,
  ): Promise<boolean> {
    const { mount = '', from } = queryOnce(request);
    parseDigest(mount);
    return this.blobs.mount(target, mount, {
      from,
      mayPull: async (name) => {
        if (!isRepositoryName(name)) return false;
        const answer = await caller.mayMountFrom(parseRepositoryName(name));
        if (answer === 'ask' && from !== undefined) {
          throw this.authorizer.refusal(request, { action: 'push', repository, mountFrom: from });
        }
        return answer === 'yes';
      },
    });
  }
}
