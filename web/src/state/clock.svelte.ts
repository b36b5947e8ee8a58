// The node's time. A console's own clock may be wrong by hours; what is shown and compared is the node's.
//
// Every answer that brings the node's time gives a bound: it was made between asking and hearing. The bounds of the last few
// answers are cut; what is left is the offset. In a demonstration the node's clock runs faster, and the node says so.

/** Estimates the other clock from answers; pure. */
export class ClockEstimate {
  private base: { local: number; remote: number } | undefined;
  private rate = 1;

  /**
   * The answer `remote`, of a clock that runs `rate` times as fast as time, was asked for at `asked` and heard at `heard`, both
   * of one local, steady clock.
   */
  learn(remote: number, asked: number, heard: number, rate = 1): void {
    const local = (asked + heard) / 2;
    const slack = (heard - asked) / 2;
    // Within what the answer can tell: nothing new.
    const same = rate === this.rate && Math.abs(remote - this.at(local)) <= Math.max(slack * rate, 50);
    if (this.base !== undefined && same) return;
    this.base = { local, remote };
    this.rate = rate;
  }
  get known(): boolean {
    return this.base !== undefined;
  }
  at(local: number): number {
    return this.base === undefined ? local : this.base.remote + (local - this.base.local) * this.rate;
  }
  get speed(): number {
    return this.rate;
  }
}

const TICK_MS = 250;

export class NodeClock {
  /** The node's time in whole seconds, in milliseconds since 1970. Changes once a second. */
  now = $state(Math.floor(Date.now() / 1000) * 1000);
  /** Whether the node has told its time. */
  known = $state(false);
  /** By how much it runs faster than the machine's; 1 but in a demonstration. */
  speed = $state(1);
  private readonly estimate = new ClockEstimate();
  private timer: ReturnType<typeof setInterval> | undefined;

  /** The node's time now, exactly; no rune. */
  ms(): number {
    return Math.round(this.estimate.known ? this.estimate.at(performance.now()) : Date.now());
  }
  learn(remote: number, asked: number, heard: number, rate = 1): void {
    this.estimate.learn(remote, asked, heard, rate);
    this.known = true;
    this.speed = this.estimate.speed;
    this.tick();
  }
  start(): void {
    this.timer ??= setInterval(() => {
      this.tick();
    }, TICK_MS);
  }
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
  private tick(): void {
    const second = Math.floor(this.ms() / 1000) * 1000;
    if (second !== this.now) this.now = second;
  }
}

export const clock = new NodeClock();
