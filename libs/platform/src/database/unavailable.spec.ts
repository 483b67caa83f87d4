import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { isDatabaseUnavailable, NoConnectionError } from './unavailable';

/** As TypeORM throws what pg threw: with its code, and its text without "Error: ". */
const failed = (message: string, code?: string) =>
  new QueryFailedError('SELECT 1', [], Object.assign(new Error(message), code === undefined ? {} : { code }));

describe('isDatabaseUnavailable', () => {
  it.each([
    new NoConnectionError('none became free in time'),
    failed('Connection terminated unexpectedly'),
    failed('Client has encountered a connection error and is not queryable'),
    failed('Client was closed and is not queryable'),
    failed('read ECONNRESET', 'ECONNRESET'),
    failed('write EPIPE', 'EPIPE'),
    failed('terminating connection due to administrator command', '57P01'),
    failed('the database system is starting up', '57P03'),
    failed('canceling statement due to statement timeout', '57014'),
    failed('could not extend file: No space left on device', '53100'),
    failed('cannot execute INSERT in a read-only transaction', '25006'),
    failed('deadlock detected', '40P01'),
    new QueryRunnerAlreadyReleasedError(),
  ])('%s', (error) => expect(isDatabaseUnavailable(error)).toBe(true));

  it.each([
    failed('relation "x" does not exist', '42P01'),
    failed('duplicate key value violates unique constraint "Connection terminated"', '23505'),
    failed('invalid byte sequence for encoding "UTF8": 0x00', '22021'),
    new Error('a bug'),
    undefined,
    'ECONNRESET',
  ])('not: %s', (error) => expect(isDatabaseUnavailable(error)).toBe(false));
});
