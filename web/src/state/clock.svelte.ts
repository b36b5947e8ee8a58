// The node's time. A console's own clock may be wrong by hours; what is shown and compared is the node's.
//
// Every answer that brings the node's time gives a bound: it was made between asking and hearing. The bounds of the last few
// answers are cut; what is left is the offset. In a demonstration the node's clock may run faster: the rate is taken from
// answers that are far enough apart.

/** Estimates the other clock from answers; pure. */
export class ClockEstimate {
  private base: { local: number; remote: number } | undefined;
  private rate = 1;
  private first: { local: number; remote: number } | undefined;

  /** The answer `remote` was asked for at `asked` and heard at `heard`, both of one local, steady clock. */
  learn(remote: number, asked: number, heard: number): void {
    const local = (asked + heard) / 2;
    const slack = (heard - asked) / 2;
    if (this.base !== undefined) {
      const expected = this.at(local);
      // Within what the answer can tell: nothing new.
      if (Math.abs(remote - expected) <= Math.max(slack * this.rate, 50)) return;
      if (this.first !== undefined && local - this.first.local >= 5_000) {
        const rate = (remote - this.first.remote) / (local - this.first.local);
        // A clock of people runs at 1; only what is far from it is a demonstration's.
        this.rate = rate > 1.05 || rate < 0.95 ? Math.min(Math.max(rate, 0), 10_000) : 1;
        this.first = { local, remote };
      }
    }
    this.first ??= { local, remote };
    this.base = { local, remote };
  }
  /** The machine was asleep: one of the clocks stood still meanwhile, which says nothing of how fast either runs. */
  woke(): void {
    this.first = undefined;
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
/** A tick that is so late was slept through; so was what two clocks of the machine differ by. */
const SLEPT_MS = 3_000;

export class NodeClock {
  /** The node's time in whole seconds, in milliseconds since 1970. Changes once a second. */
  now = $state(Math.floor(Date.now() / 1000) * 1000);
  /** Whether the node has told its time. */
  known = $state(false);
  /** By how much it runs faster than the machine's; 1 but in a demonstration. */
  speed = $state(1);
  private readonly estimate = new ClockEstimate();
  private timer: ReturnType<typeof setInterval> | undefined;
  private ticked: { steady: number; wall: number } | undefined;

  /** The node's time now, exactly; no rune. */
  ms(): number {
    return Math.round(this.estimate.known ? this.estimate.at(performance.now()) : Date.now());
  }
  learn(remote: number, asked: number, heard: number): void {
    this.estimate.learn(remote, asked, heard);
    this.known = true;
    this.speed = this.estimate.speed;
    this.tick();
  }
  start(): void {
    this.timer ??= setInterval(() => {
      this.notice(performance.now(), Date.now());
      this.tick();
    }, TICK_MS);
  }
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.ticked = undefined;
  }
  /** Of some machines the steady clock stands still in their sleep, of others it does not. */
  private notice(steady: number, wall: number): void {
    const before = this.ticked ?? { steady, wall };
    this.ticked = { steady, wall };
    if (Math.max(steady - before.steady, wall - before.wall) > SLEPT_MS) this.estimate.woke();
  }
  private tick(): void {
    const second = Math.floor(this.ms() / 1000) * 1000;
    if (second !== this.now) this.now = second;
  }
}

export const clock = new NodeClock();
