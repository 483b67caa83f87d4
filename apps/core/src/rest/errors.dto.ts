import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

const errorSchema = z.object({
  code: z.string().describe('The error code'),
  message: z.string().describe('The error message'),
  detail: z.unknown().optional(),
  reason: z.string().optional().describe('Stable name of the cause: `quota.exceeded`'),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

export class ErrorsDto extends createZodDto(z.object({ errors: z.array(errorSchema.meta({ 'x-model': 'Error' })) })) {}
