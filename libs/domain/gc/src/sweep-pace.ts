/** How fast blobs go, and how long it will take. */
export class SweepPace {
  private blobs = 0;
  private readonly since = performance.now();

  constructor(readonly total: { blobs: number; bytes: number }) {}

  done(blobs: number): void {
    this.blobs += blobs;
  }

  /** `freed`: bytes. */
  shown(freed: number): Record<string, unknown> {
    const seconds = Math.max(0.001, (performance.now() - this.since) / 1_000);
    const perSecond = this.blobs / seconds;
    const left = Math.max(0, this.total.blobs - this.blobs);
    return {
      blobs_total: this.total.blobs,
      blobs_done: this.blobs,
      blobs_per_second: Math.round(perSecond),
      bytes_per_second: Math.round(freed / seconds),
      seconds_left: perSecond > 0 ? Math.ceil(left / perSecond) : null,
    };
  }
}
