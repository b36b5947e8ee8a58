// Tones by priority. Browsers let a page sound only after somebody has touched it, and people mute: the console has to say so.
import type { Priority } from '../api/documents';

export type Tone = Priority | 'message' | 'stop';
interface Beep {
  hertz: number;
  ms: number;
  gapMs: number;
  times: number;
}
/** Told apart by rhythm, not by pitch alone. */
export const TONES: Record<Tone, Beep> = {
  stop: { hertz: 988, ms: 120, gapMs: 60, times: 8 },
  emergency: { hertz: 880, ms: 180, gapMs: 90, times: 6 },
  alarm: { hertz: 784, ms: 260, gapMs: 140, times: 3 },
  warning: { hertz: 659, ms: 300, gapMs: 200, times: 2 },
  caution: { hertz: 523, ms: 220, gapMs: 0, times: 1 },
  message: { hertz: 440, ms: 120, gapMs: 80, times: 2 },
};
/** Silence is not one of them: who mutes says so. */
export const VOLUMES = [0.25, 0.5, 0.75, 1] as const;
const STORED = 'tansiq.sound';

export class Sound {
  muted = $state(false);
  volume = $state(0.5);
  /** The browser does not let the page sound yet: a touch or key ends it. */
  blocked = $state(false);
  private context: AudioContext | undefined;
  private until = 0;

  /** Nothing would be heard. */
  get silent(): boolean {
    return this.muted || this.blocked || this.volume === 0;
  }
  start(): void {
    try {
      const stored = JSON.parse(localStorage.getItem(STORED) ?? '{}') as { muted?: unknown; volume?: unknown };
      if (typeof stored.muted === 'boolean') this.muted = stored.muted;
      if (typeof stored.volume === 'number' && stored.volume >= 0 && stored.volume <= 1) this.volume = stored.volume;
    } catch {
      // Chosen anew.
    }
    this.blocked = typeof AudioContext !== 'undefined' && this.open()?.state === 'suspended';
    const wake = (): void => void this.wake();
    window.addEventListener('pointerdown', wake);
    window.addEventListener('keydown', wake);
  }
  choose(of: { muted?: boolean; volume?: number }): void {
    Object.assign(this, of);
    try {
      localStorage.setItem(STORED, JSON.stringify({ muted: this.muted, volume: this.volume }));
    } catch {
      // Holds until the page is left.
    }
  }
  /** One round of a tone; a more pressing one is not waited for. False: it cannot be heard. */
  play(tone: Tone, test = false): boolean {
    const context = this.open();
    if (context === undefined || (this.muted && !test)) return false;
    if (context.state !== 'running') {
      void this.wake();
      this.blocked = true;
      return false;
    }
    const { hertz, ms, gapMs, times } = TONES[tone];
    let at = Math.max(context.currentTime, this.until);
    if (at - context.currentTime > 3) return true;
    for (let i = 0; i < times; ++i) {
      const oscillator = context.createOscillator();
      const gain = context.createGain();
      oscillator.type = 'triangle';
      oscillator.frequency.value = hertz;
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(this.volume * 0.6, at + 0.015);
      gain.gain.setValueAtTime(this.volume * 0.6, at + ms / 1000 - 0.03);
      gain.gain.linearRampToValueAtTime(0, at + ms / 1000);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(at);
      oscillator.stop(at + ms / 1000);
      at += (ms + gapMs) / 1000;
    }
    this.until = at;
    return true;
  }

  private open(): AudioContext | undefined {
    if (typeof AudioContext === 'undefined') return undefined;
    this.context ??= new AudioContext();
    return this.context;
  }
  private async wake(): Promise<void> {
    const context = this.open();
    if (context?.state === 'suspended') await context.resume().catch(() => undefined);
    this.blocked = context !== undefined && context.state !== 'running';
  }
}

export const sound = new Sound();
