// When the console sounds. The node says when: an alert's `attention` rises each time that it wants to be heard. Silence is for half
// a minute and for what is known: what comes new ends it.
import type { Alert, Priority } from '../../api/documents';
import { PRIORITIES } from '../../state/alerts.svelte';
import { sound } from '../../sound/sound.svelte';
import type { TalkEvent } from '../../state/world.svelte';

export const SILENCE_MS = 30_000;
const GATHER_MS = 60;

/** What of it has been heard; pure. */
export class Heard {
  private readonly kept = new Map<number, { raised_ms: number; attention: number }>();

  /** `new`: never heard of; `again`: it insists; nothing: it need not be heard. */
  take(alert: Alert): 'new' | 'again' | undefined {
    if (alert.state === 'cleared') {
      this.kept.delete(alert.id);
      return undefined;
    }
    const before = this.kept.get(alert.id);
    const known = before?.raised_ms === alert.raised_ms ? before : undefined;
    this.kept.set(alert.id, { raised_ms: alert.raised_ms, attention: alert.attention });
    if (alert.state !== 'unacknowledged') return undefined;
    // A caution is never sounded again, and needs nobody: once it is heard.
    if (alert.priority === 'caution') return known === undefined ? 'new' : undefined;
    if (known === undefined || (known.attention === 0 && alert.attention > 0)) return 'new';
    return alert.attention > known.attention ? 'again' : undefined;
  }
  clear(): void {
    this.kept.clear();
  }
}

/** The tone of something said; undefined: nothing to ring for, or the STOP's own affair. */
export function toneOfTalk(event: TalkEvent): Priority | undefined {
  if (!event.sound) return undefined;
  const type = event.entry['type'];
  if (event.entry['precedence'] === 'stop') return undefined;
  if (type === 'line.missed') return 'warning';
  return 'alarm';
}

export class Bell {
  /** Seconds of silence that are left; 0: it sounds. */
  left = $state(0);
  private timer: ReturnType<typeof setInterval> | undefined;
  private gathered = new Set<Priority>();
  private gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly play: (tone: Priority) => boolean = (tone) => sound.play(tone)) {}

  ring(priority: Priority, why: 'new' | 'again'): void {
    if (this.left > 0) {
      if (why === 'again') return;
      this.unsilence();
    }
    this.gathered.add(priority);
    // Of what comes together the most urgent is heard.
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      const first = PRIORITIES.find((p) => this.gathered.has(p));
      this.gathered.clear();
      if (first !== undefined) this.play(first);
    }, GATHER_MS);
  }
  silence(): void {
    this.left = SILENCE_MS / 1000;
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      this.left -= 1;
      if (this.left <= 0) this.unsilence();
    }, 1_000);
  }
  unsilence(): void {
    this.left = 0;
    clearInterval(this.timer);
    this.timer = undefined;
  }
  stop(): void {
    this.unsilence();
    clearTimeout(this.gathering);
    this.gathering = undefined;
    this.gathered.clear();
  }
}
export const bell = new Bell();
