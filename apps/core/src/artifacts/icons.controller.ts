import { Controller, Get, Param } from '@nestjs/common';
import { IconsService } from '@breakwater/artifacts';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Public } from '../auth';
import { api, Operation, Returns } from '../rest';

export class IconDto extends createZodDto(
  z.object({ 'content-type': z.string(), content: z.string().describe('In base64') }),
) {}

export class IconPath extends createZodDto(
  z.object({ digest: z.string().max(160).describe('The digest of the icon, as artifacts name it') }),
) {}

@Controller(`${api}/icons`)
export class IconsController {
  constructor(private readonly icons: IconsService) {}

  @Get(':digest')
  @Public()
  @Operation({ id: 'getIcon', tag: 'icon', summary: 'Get the icon of artifacts', errors: [400, 404, 422] })
  @Returns(IconDto)
  async get(@Param() { digest }: IconPath): Promise<z.input<typeof IconDto.schema>> {
    const { contentType, content } = await this.icons.get(digest);
    return { 'content-type': contentType, content: content.toString('base64') };
  }
}
