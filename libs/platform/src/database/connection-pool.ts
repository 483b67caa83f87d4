import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { NoConnectionError } from './unavailable';

type Callback = (error: Error | undefined, client: PoolClient | undefined, done: (release?: unknown) => void) => void;

/** pg's pool, whose queue has an end. Every failure to get a connection is a `NoConnectionError`. */
export class ConnectionPool extends Pool {
  constructor(private readonly config: PoolConfig & { maxWaiting: number }) {
    super(config);
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | void {
    if (!callback) return this.promise();
    // Those that an idle connection is about to take do not wait.
    if (this.waitingCount - this.idleCount >= this.config.maxWaiting) {
      process.nextTick(callback, new NoConnectionError(`${this.waitingCount} queries wait for one already`));
      return;
    }
    super.connect((error, client, done) => callback(error && explained(error), client, done));
  }

  private promise(): Promise<PoolClient> {
    return new Promise((resolve, reject) => {
      this.connect((error, client) => (client ? resolve(client) : reject(error as Error)));
    });
  }
}

function explained(error: Error): NoConnectionError {
  const tooLong = error.message === 'timeout exceeded when trying to connect';
  return new NoConnectionError(tooLong ? 'none became free in time' : error.message, { cause: error });
}
