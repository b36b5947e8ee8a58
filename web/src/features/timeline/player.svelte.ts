// Lets the moment shown pass faster than time.
import { clock } from '../../state/clock.svelte';
import { view } from '../../view/view.svelte';
import { AHEAD_MS, moment } from './time';

const FRAME_MS = 250;

export class Player {
  playing = $state(false);
  /** Seconds of the moment shown a second. */
  speed = $state(60);
  private timer: ReturnType<typeof setInterval> | undefined;

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }
  play(): void {
    // It begins a little ahead: now passes by itself.
    view.moment ??= clock.now + 60_000;
    this.playing = true;
    this.timer ??= setInterval(() => this.pass(), FRAME_MS);
  }
  pause(): void {
    this.playing = false;
    clearInterval(this.timer);
    this.timer = undefined;
  }
  /** One frame. From the past it comes to now, and stays there. */
  pass(): void {
    const before = view.moment;
    if (before === undefined) {
      this.pause();
      return;
    }
    const next = before + this.speed * FRAME_MS;
    if (before < clock.now && next >= clock.now) {
      view.moment = undefined;
      this.pause();
      return;
    }
    view.moment = moment(next, clock.now);
    if (next >= clock.now + AHEAD_MS) this.pause();
  }
}

export const player = new Player();
