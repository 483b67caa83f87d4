/** How many tasks run at once in this process. Who comes first is served first. */
export class Slots {
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(size: number) {
    this.free = size;
  }

  /** Returns what gives the slot back; undefined when none became free in that time. */
  async take(waitMs: number): Promise<(() => void) | undefined> {
    if (this.free > 0) {
      this.free--;
      return this.giver();
    }
    return new Promise((resolve) => {
      const served = (): void => {
        clearTimeout(timer);
        resolve(this.giver());
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(served), 1);
        resolve(undefined);
      }, waitMs);
      this.waiting.push(served);
    });
  }

  private giver(): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    };
  }
}
