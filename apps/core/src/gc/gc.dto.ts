import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { listShape, pathId } from '../rest';
import { historySchema } from '../schedules';

export class GCHistoryDto extends createZodDto(historySchema) {}

export class GcIdParameters extends createZodDto(z.object({ gc_id: pathId })) {}

export class ListGcsQuery extends createZodDto(z.object(listShape)) {}
