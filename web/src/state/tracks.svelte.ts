// Thousands of tracks at 1 Hz. No rune a track: whoever draws them listens, once a frame; whoever lists them reads `version`,
// which moves once a second at most.
import type { Track } from '../api/documents';

export interface TrackChange {
  /** Everything before is forgotten. */
  reset: boolean;
  put: ReadonlySet<number>;
  gone: ReadonlySet<number>;
}
export type TrackListener = (change: TrackChange) => void;

const VERSION_MS = 1_000;

export class TrackStore {
  /** Moves when something has changed, once a second at most. */
  version = $state(0);
  private readonly tracks = new Map<number, Track>();
  private readonly listeners = new Set<TrackListener>();
  private put = new Set<number>();
  private gone = new Set<number>();
  private reset = false;
  private frame = 0;
  private moved = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly nextFrame: (f: () => void) => number = (f) =>
      // A hidden page has no frames, and goes on being right.
      document.hidden ? (setTimeout(f, 250) as unknown as number) : requestAnimationFrame(f),
  ) {}

  get size(): number {
    return this.tracks.size;
  }
  get(id: number): Track | undefined {
    return this.tracks.get(id);
  }
  all(): IterableIterator<Track> {
    return this.tracks.values();
  }
  /** Is told of the next change; what is there already is in `all()`. Returns what ends it. */
  on(listener: TrackListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  take(tracks: readonly Track[], gone: readonly number[]): void {
    for (const id of gone) {
      if (!this.tracks.delete(id)) continue;
      this.put.delete(id);
      this.gone.add(id);
    }
    for (const track of tracks) {
      this.tracks.set(track.id, track);
      this.gone.delete(track.id);
      this.put.add(track.id);
    }
    this.later();
  }
  clear(): void {
    this.tracks.clear();
    this.put.clear();
    this.gone.clear();
    this.reset = true;
    this.later();
  }

  private later(): void {
    if (this.frame !== 0) return;
    this.frame = this.nextFrame(() => this.tell()) || -1;
  }
  private tell(): void {
    this.frame = 0;
    const change: TrackChange = { reset: this.reset, put: this.put, gone: this.gone };
    this.put = new Set();
    this.gone = new Set();
    this.reset = false;
    for (const listener of this.listeners) listener(change);
    const wait = this.moved + VERSION_MS - performance.now();
    if (wait <= 0) this.move();
    else this.timer ??= setTimeout(() => this.move(), wait);
  }
  private move(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.moved = performance.now();
    this.version += 1;
  }
}
