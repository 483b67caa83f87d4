import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { listShape, pathId } from '../rest';
import { historySchema } from '../schedules';

export class ExecHistoryDto extends createZodDto(historySchema) {}

export class PurgeIdParameters extends createZodDto(z.object({ purge_id: pathId })) {}

export class ListPurgesQuery extends createZodDto(z.object(listShape)) {}
