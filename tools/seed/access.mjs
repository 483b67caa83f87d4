// Access tokens of the seeded users, whose secrets nobody knows. Pure.
import { PREFIX } from './content.mjs';

/** Statements by the table that they fill. @returns {[string, string][]} */
export const accessTables = () => [
  [
    'access_token',
    `INSERT INTO access_token (user_id, name, token_hash, expiry_time)
     SELECT u.id, 'laptop-' || n, 'hmac-sha256$${PREFIX}' || u.id || '-' || n, now() + make_interval(days => 30 * n)
     FROM user_account u, generate_series(1, 2) n WHERE u.username LIKE '${PREFIX}user-%' ON CONFLICT DO NOTHING`,
  ],
];
