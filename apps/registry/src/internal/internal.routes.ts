import { UploadsService } from '@breakwater/artifacts';
import { Injectable } from '@nestjs/common';
import type { Route, Routes } from '../http/route';
import { parseUploadId } from '../uploads/upload-requests';

@Injectable()
export class InternalRoutes implements Routes {
  readonly routes: readonly Route[] = [
    // Forgets an upload and its bytes; the job service asks it for those that expired.
    {
      method: 'DELETE',
      url: '/internal/uploads/:id',
      demand: 'internal',
      handle: async ({ reply, params }) => {
        await this.uploads.remove(parseUploadId(params.id));
        await reply.status(204).send();
      },
    },
  ];

  constructor(private readonly uploads: UploadsService) {}
}
