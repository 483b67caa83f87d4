import { Injectable } from '@nestjs/common';

/** Is this process about to end? Then /readyz says no, so that balancers send new clients elsewhere. */
@Injectable()
export class DrainState {
  private begun = false;

  begin(): void {
    this.begun = true;
  }

  get draining(): boolean {
    return this.begun;
  }
}
