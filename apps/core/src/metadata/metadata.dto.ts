import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

/** Checked by the domain, name by name. */
export class MetadataMap extends createZodDto(z.record(z.string().max(255), z.string().max(255))) {}

export class MetadataPath extends createZodDto(
  z.object({ meta_name: z.string().max(255).describe('The name of the metadata') }),
) {}
