import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { pathId } from '../rest';

export class UserIdParameters extends createZodDto(z.object({ user_id: pathId })) {}
