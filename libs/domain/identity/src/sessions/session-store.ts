import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@breakwater/kernel';
import { AppErrorWithHeaders, REDIS } from '@breakwater/platform';
import type { Redis } from 'ioredis';
import { z } from 'zod';

const storedSession = z.object({
  /** For people, unlike the secret in the cookie. */
  id: z.string(),
  userId: z.number(),
  passwordEpoch: z.number(),
  /** Unix milliseconds. */
  createdAt: z.number(),
  address: z.string(),
  userAgent: z.string(),
  /** A registry token was issued in it. */
  issued: z.boolean().optional(),
});
export type StoredSession = z.output<typeof storedSession>;

const sessionKey = (digest: string): string => `session:${digest}`;
/** A hash: id → digest, of every session that the user may have. */
const indexKey = (userId: number): string => `sessions:${userId}`;

/**
 * Sessions in Redis, by a digest of the cookie: who reads Redis cannot use them. They end there by themselves; the index
 * of a user is put in order when it is read. Every method throws UNAVAILABLE while Redis is away.
 */
@Injectable()
export class SessionStore {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  async add(digest: string, session: StoredSession, seconds: number): Promise<void> {
    await reached(
      this.redis
        .multi()
        .set(sessionKey(digest), JSON.stringify(session), 'EX', seconds)
        .hset(indexKey(session.userId), session.id, digest)
        .exec(),
    );
  }

  /** `seconds`: how long it may now go unused; undefined: its time is not extended. */
  async find(digest: string, seconds?: number): Promise<StoredSession | undefined> {
    const key = sessionKey(digest);
    const text = await reached(seconds === undefined ? this.redis.get(key) : this.redis.getex(key, 'EX', seconds));
    return parse(text);
  }

  /** Its time is not extended. False when the session has ended. */
  async noteIssued(digest: string, session: StoredSession): Promise<boolean> {
    const text = JSON.stringify({ ...session, issued: true });
    return (await reached(this.redis.set(sessionKey(digest), text, 'KEEPTTL', 'XX'))) !== null;
  }

  /** Answers the session as it was in the end; undefined when it had ended. */
  async remove(
    digest: string,
    { id, userId }: Pick<StoredSession, 'id' | 'userId'>,
  ): Promise<StoredSession | undefined> {
    const [removed] = await reached(
      Promise.all([this.redis.getdel(sessionKey(digest)), this.redis.hdel(indexKey(userId), id)]),
    );
    return parse(removed);
  }

  /** Those of one user that have not ended, with what is left of their time. */
  async ofUser(userId: number): Promise<{ session: StoredSession; digest: string; expiryTime: Date }[]> {
    const entries = Object.entries(await reached(this.redis.hgetall(indexKey(userId))));
    const found = await Promise.all(entries.map(([id, digest]) => this.look(id, digest)));
    const ended = found.filter(({ session }) => session === undefined).map(({ id }) => id);
    if (ended.length > 0) await reached(this.redis.hdel(indexKey(userId), ...ended));
    return found.flatMap(({ session, digest, leftMs }) =>
      session ? [{ session, digest, expiryTime: new Date(Date.now() + Math.max(0, leftMs)) }] : [],
    );
  }

  private async look(id: string, digest: string) {
    const key = sessionKey(digest);
    const [text, leftMs] = await reached(Promise.all([this.redis.get(key), this.redis.pttl(key)]));
    return { id, digest, leftMs, session: parse(text) };
  }
}

function parse(text: string | null): StoredSession | undefined {
  return text === null ? undefined : storedSession.parse(JSON.parse(text));
}

async function reached<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (error) {
    const away = new AppError('UNAVAILABLE', 'sessions cannot be looked up now, try again shortly', { cause: error });
    throw new AppErrorWithHeaders(away, { 'retry-after': '2' });
  }
}
