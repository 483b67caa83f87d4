import type { Confirmation } from '@breakwater/artifacts';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { queryBoolean } from '../rest';

/** Not in Harbor. */
export class ConfirmSignedQuery extends createZodDto(
  z.object({
    confirm_signed: queryBoolean.default(false).describe('Delete tags although Notary signs them (not in Harbor)'),
  }),
) {}

export const confirmationIn = ({ confirm_signed: signed }: ConfirmSignedQuery): Confirmation => ({ signed });
