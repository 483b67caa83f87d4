import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

const text = z.string().max(2_048).default('');

/** Forms, as browsers send them: `application/x-www-form-urlencoded`. */
export class LoginForm extends createZodDto(z.object({ principal: text, password: text })) {}

export class UserExistsForm extends createZodDto(
  z.object({ target: z.enum(['username', 'email']), value: z.string().max(255) }),
) {}
