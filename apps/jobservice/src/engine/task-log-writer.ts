import { mostLogBytes, type RunToken, type TaskLogs } from '@breakwater/executions';

const cut = 'the log ends here: it has reached its 10 MB\n';
/** More than this in memory is written at once, and then dropped if Postgres does not take it. */
const mostBuffered = 1024 * 1024;

/** Collects a task's lines, and writes them in pieces. A line lost with Postgres is no failure of the task. */
export class TaskLogWriter {
  private lines: string[] = [];
  private buffered = 0;
  private written: number | undefined;
  private writing: Promise<void> = Promise.resolve();
  private full = false;

  constructor(
    private readonly logs: Pick<TaskLogs, 'size' | 'append'>,
    private readonly task: RunToken,
  ) {}

  add(level: 'INFO' | 'ERROR', message: string): void {
    if (this.full || this.buffered > 2 * mostBuffered) return;
    const line = `${new Date().toISOString().slice(0, 19)}Z [${level}] ${message.replaceAll('\0', '')}\n`;
    this.lines.push(line);
    this.buffered += Buffer.byteLength(line);
    if (this.buffered > mostBuffered) void this.flush();
  }

  /** Resolves when what was added so far is written, or could not be. */
  flush(): Promise<void> {
    this.writing = this.writing.then(() => this.write()).catch(() => undefined);
    return this.writing;
  }

  private async write(): Promise<void> {
    if (this.lines.length === 0 || this.full) return;
    this.written ??= await this.logs.size(this.task.id);
    const text = this.takeWithin(mostLogBytes - this.written);
    await this.logs.append(this.task, text);
    this.written += Buffer.byteLength(text);
  }

  /** The lines that fit, and one that says so when others did not. */
  private takeWithin(bytes: number): string {
    const all = this.lines;
    this.lines = [];
    this.buffered = 0;
    let left = bytes;
    const fitting = all.filter((line) => {
      if (!this.full && (left -= Buffer.byteLength(line)) < 0) this.full = true;
      return !this.full;
    });
    return [...fitting, ...(this.full ? [cut] : [])].join('');
  }
}
