import { AppError } from '@breakwater/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { BLOB_READER, type BlobReader } from '../additions/blob-reader';
import { builtInIcon, type IconContent } from './built-in-icons';
import { IconsRepository } from './icons.repository';

/** They are shown at 50 pixels. */
const maxIconBytes = 256 * 1024;

/** How files of the pictures begin that every browser shows and none runs. */
const signatures = [
  ['image/png', '89504e470d0a1a0a'],
  ['image/jpeg', 'ffd8ff'],
  ['image/gif', '47494638'],
] as const;

/** Kept as well, so that anonymous callers cannot have it read time and again. */
const noPicture: IconContent = { contentType: '', content: Buffer.alloc(0) };

@Injectable()
export class IconsService {
  constructor(
    private readonly icons: IconsRepository,
    @Inject(BLOB_READER) private readonly blobs: BlobReader,
  ) {}

  /** The icon of a type, or an artifact's own. Throws NOT_FOUND, also for what is no picture. */
  async get(digest: string): Promise<IconContent> {
    const builtIn = builtInIcon(digest);
    if (builtIn) return builtIn;
    const own = await this.icons.find(digest);
    if (!own) throw unknownIcon(digest);
    const { repository, contentType, content } = own;
    const icon = contentType !== null && content ? { contentType, content } : await this.read(repository, digest);
    if (icon.content.length === 0) throw unknownIcon(digest);
    return icon;
  }

  private async read(repository: string, digest: string): Promise<IconContent> {
    const content = await this.open(repository, digest);
    const hex = content.subarray(0, 8).toString('hex');
    const contentType = signatures.find(([, start]) => hex.startsWith(start))?.[0];
    const icon = contentType ? { contentType, content } : noPicture;
    await this.icons.keep(digest, icon);
    return icon;
  }

  private async open(repository: string, digest: string): Promise<Buffer> {
    try {
      return Buffer.concat(await (await this.blobs.open(repository, digest, maxIconBytes)).toArray());
    } catch (error) {
      if (error instanceof AppError && error.code === 'REQUEST_ENTITY_TOO_LARGE') return noPicture.content;
      if (error instanceof AppError && error.status < 500) throw unknownIcon(digest);
      throw error;
    }
  }
}

function unknownIcon(digest: string): AppError {
  return new AppError('NOT_FOUND', `the icon ${digest.slice(0, 160)} not found`);
}
