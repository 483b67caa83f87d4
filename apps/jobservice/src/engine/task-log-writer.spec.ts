import { mostLogBytes } from '@breakwater/executions';
import { TaskLogWriter } from './task-log-writer';

const task = { id: 1, run: 1 };

function logsOf(already = 0) {
  const written: string[] = [];
  return {
    written,
    size: async () => already,
    append: async (_task: unknown, text: string) => void written.push(text),
  };
}

describe('TaskLogWriter', () => {
  it('writes what came together as one piece, with time and level', async () => {
    const logs = logsOf();
    const writer = new TaskLogWriter(logs, task);
    writer.add('INFO', 'one');
    writer.add('ERROR', 'two\0');
    await writer.flush();
    await writer.flush();
    expect(logs.written).toHaveLength(1);
    expect(logs.written[0]).toMatch(/^\S+Z \[INFO\] one\n\S+Z \[ERROR\] two\n$/);
  });

  it('ends the log when it is full, and says so once', async () => {
    const logs = logsOf(mostLogBytes - 60);
    const writer = new TaskLogWriter(logs, task);
    for (const line of ['fits', 'does not fit any more, so it goes', 'x']) writer.add('INFO', line);
    await writer.flush();
    writer.add('INFO', 'later');
    await writer.flush();
    expect(logs.written).toHaveLength(1);
    expect(logs.written[0]).toMatch(/^\S+Z \[INFO\] fits\nthe log ends here: it has reached its 10 MB\n$/);
  });

  it('goes on when a piece could not be written', async () => {
    const logs = logsOf();
    const append = jest.spyOn(logs, 'append').mockRejectedValueOnce(new Error('away'));
    const writer = new TaskLogWriter(logs, task);
    writer.add('INFO', 'lost');
    await writer.flush();
    writer.add('INFO', 'kept');
    await writer.flush();
    expect(append).toHaveBeenCalledTimes(2);
    expect(logs.written[0]).toContain('kept');
  });

  it('keeps no more in memory than it may while nothing can be written', async () => {
    const logs = logsOf();
    jest.spyOn(logs, 'append').mockReturnValue(new Promise(() => undefined));
    const writer = new TaskLogWriter(logs, task);
    const line = 'x'.repeat(1_000_000);
    for (let i = 0; i < 50; i++) writer.add('INFO', line);
    expect((writer as unknown as { buffered: number }).buffered).toBeLessThan(4_000_000);
  });
});
