import { UploadsService } from '@breakwater/artifacts';
import { InternalGuard } from '@breakwater/platform';
import { Controller, Delete, HttpCode, Param, UseGuards } from '@nestjs/common';
import { Demands } from '../auth/registry-auth.guard';
import { parseUploadId } from '../uploads/upload-requests';

/** For the platform's other services; nginx never routes here. */
@Controller('internal')
@UseGuards(InternalGuard)
export class InternalController {
  constructor(private readonly uploads: UploadsService) {}

  /** Forgets an upload and its bytes; the job service calls it for those that expired. */
  @Delete('uploads/:id')
  @Demands('internal')
  @HttpCode(204)
  async removeUpload(@Param('id') id: string): Promise<void> {
    await this.uploads.remove(parseUploadId(id));
  }
}
