import type { SessionView } from '@breakwater/identity';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { pathId, time } from '../rest';

export class SessionDto extends createZodDto(
  z.object({
    id: z.string(),
    creation_time: time.describe('When somebody signed in'),
    expiry_time: time.describe('When it ends unless it is used before'),
    source_address: z.string(),
    user_agent: z.string(),
    current: z.boolean().describe('The one that asks'),
  }),
) {}

export class SessionPath extends createZodDto(z.object({ user_id: pathId, session_id: z.uuid() })) {}

export function toSession(session: SessionView, current: string | undefined): z.input<typeof SessionDto.schema> {
  return {
    id: session.id,
    creation_time: session.creationTime,
    expiry_time: session.expiryTime,
    source_address: session.address,
    user_agent: session.userAgent,
    current: session.id === current,
  };
}
