/** Holds those who arrive until all of them have, or have given up: only then are all connections open at once. */
export class Gate {
  #awaited;
  #open;
  /** The most who stood here at the same time. */
  arrived = 0;

  constructor(count) {
    this.#awaited = count;
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  pass() {
    this.arrived++;
    this.leave();
    return this.opened;
  }

  /** Somebody who will never arrive. */
  leave() {
    if (--this.#awaited === 0) this.#open();
  }
}
