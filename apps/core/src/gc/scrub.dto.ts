import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { listShape, pathId } from '../rest';
import { historySchema } from '../schedules';

export class ScrubHistoryDto extends createZodDto(historySchema) {}

export class ScrubIdParameters extends createZodDto(z.object({ scrub_id: pathId })) {}

export class ListScrubsQuery extends createZodDto(z.object(listShape)) {}
