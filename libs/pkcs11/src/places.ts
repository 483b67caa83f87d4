/** So many at once; the others wait in the order in which they came, but not for ever. */
export class Places {
  private taken = 0;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly limit: number,
    private readonly longestQueue: number,
  ) {}

  /** False: there was no place within that time. What is entered has to be left. */
  async enter(patienceMs: number): Promise<boolean> {
    if (this.taken < this.limit) {
      this.taken += 1;
      return true;
    }
    if (this.waiting.size >= this.longestQueue) return false;
    return new Promise<boolean>((resolve) => {
      const enter = () => {
        clearTimeout(timer);
        this.waiting.delete(enter);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(enter);
        resolve(false);
      }, patienceMs);
      this.waiting.add(enter);
    });
  }

  leave(): void {
    // Who waits takes the place over.
    const [next] = this.waiting;
    if (next) next();
    else this.taken -= 1;
  }
}
