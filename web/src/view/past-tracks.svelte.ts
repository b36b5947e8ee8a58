// The tracks of a past moment, by stretches of time and of the map, which are fetched as they are looked at and kept for a while.
import { api, type Client } from '../api/client';
import type { Track } from '../api/documents';
import { asProblem, type Problem } from '../api/problem';
import { craftOf, trackAt, type PastCraft, type PastRow } from './past-places';
import type { Area } from './view.svelte';

/** `none`: this node has no live picture, or keeps nothing of it. */
export type PastTracksState = 'idle' | 'loading' | 'ready' | 'failed' | 'none';

/** A stretch; what lies before and after is asked for with it, so that a ship that seldom speaks is there, and moves. */
export const STRETCH_MS = 300_000;
const BEFORE_MS = 450_000;
const AFTER_MS = 150_000;
const KEPT = 16;
const PAGE = 1_000;
/** Of an answer; at more the map must come closer. */
const PAGES_MAX = 4;
const E7 = 10_000_000;

interface Stretch {
  from: number;
  area: Area | undefined;
  craft: ReadonlyMap<number, PastCraft>;
  kept_from_ms: number;
  /** There were more than are fetched. */
  part: boolean;
}

export const stretchOf = (at: number): number => Math.floor(at / STRETCH_MS) * STRETCH_MS;
/** Half as much again on each side, so that a small step of the map asks for nothing. */
export function around({ south, west, north, east }: Area): Area | undefined {
  const [high, wide] = [(north - south) / 2, (east - west) / 2];
  if (wide >= 90 || east - west >= 180) return undefined;
  const turn = (lng: number): number => ((((lng + 180) % 360) + 360) % 360) - 180;
  return {
    south: Math.max(-90, south - high),
    west: turn(west - wide),
    north: Math.min(90, north + high),
    east: turn(east + wide),
  };
}
/** All of `inner` is in `outer`; undefined is everywhere. In degrees; east below west spans 180°. */
export function within(inner: Area, outer: Area | undefined): boolean {
  if (outer === undefined) return true;
  const from = (lng: number): number => (((lng - outer.west) % 360) + 360) % 360;
  const [west, east] = [from(inner.west), from(inner.east)];
  return inner.south >= outer.south && inner.north <= outer.north && west <= east && east <= from(outer.east);
}

export class PastTracks {
  state = $state<PastTracksState>('idle');
  problem = $state.raw<Problem | undefined>(undefined);
  /** Moves when other tracks are known. */
  version = $state(0);
  private shown = $state.raw<Stretch | undefined>(undefined);
  private wanted: { from: number; area: Area } | undefined;
  private running = false;
  private turn = 0;
  private kept: Stretch[] = [];

  constructor(private readonly client: Pick<Client, 'get'> = api) {}

  /** Of before nothing is kept; undefined: not known yet. */
  get kept_from_ms(): number | undefined {
    return this.shown?.kept_from_ms;
  }
  /** There are more than are shown. */
  get part(): boolean {
    return this.shown?.part === true;
  }

  /** Wishes to know of a moment on a part of the map, in degrees; undefined: of none. */
  want(at: number | undefined, area: Area): void {
    if (at === undefined) {
      this.wanted = undefined;
      this.problem = undefined;
      this.state = this.state === 'none' ? 'none' : 'idle';
      this.show(undefined);
      return;
    }
    this.wanted = { from: stretchOf(at), area };
    const kept = this.find();
    if (kept !== undefined) this.take(kept);
    else if (this.state !== 'none') void this.run();
  }
  retry(): void {
    if (this.wanted !== undefined) void this.run();
  }
  /** Another session: nothing of the last is kept. */
  forget(): void {
    this.turn += 1;
    this.kept = [];
    this.wanted = undefined;
    this.state = 'idle';
    this.problem = undefined;
    this.show(undefined);
  }

  get(id: number, at: number): Track | undefined {
    const craft = this.shown?.craft.get(id);
    return craft === undefined ? undefined : trackAt(craft, at);
  }
  all(at: number): Track[] {
    const out: Track[] = [];
    for (const craft of this.shown?.craft.values() ?? []) {
      const track = trackAt(craft, at);
      if (track !== undefined) out.push(track);
    }
    return out;
  }

  private find(): Stretch | undefined {
    const { wanted } = this;
    if (wanted === undefined) return undefined;
    return this.kept.find((of) => of.from === wanted.from && within(wanted.area, of.area));
  }
  private show(of: Stretch | undefined): void {
    if (this.shown === of) return;
    this.shown = of;
    this.version += 1;
  }
  private take(of: Stretch): void {
    this.show(of);
    this.state = 'ready';
    this.problem = undefined;
  }
  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    const { turn } = this;
    try {
      while (this.wanted !== undefined && turn === this.turn) {
        const found = this.find();
        if (found !== undefined) {
          this.take(found);
          return;
        }
        this.state = 'loading';
        const { from, area } = this.wanted;
        try {
          const stretch = await this.fetch(from, around(area));
          if (turn !== this.turn) return;
          this.kept = [stretch, ...this.kept].slice(0, KEPT);
        } catch (thrown) {
          if (turn !== this.turn) return;
          const problem = asProblem(thrown);
          this.problem = problem;
          this.state = problem.status === 404 ? 'none' : 'failed';
          this.show(undefined);
          return;
        }
      }
    } finally {
      this.running = false;
    }
  }
  private async fetch(from: number, area: Area | undefined): Promise<Stretch> {
    const rows: PastRow[] = [];
    let after: number | undefined;
    let kept_from_ms: number;
    let pages = 0;
    const sides =
      area === undefined
        ? {}
        : {
            south_e7: Math.floor(area.south * E7),
            west_e7: Math.floor(area.west * E7),
            north_e7: Math.ceil(area.north * E7),
            east_e7: Math.ceil(area.east * E7),
          };
    do {
      const page = await this.client.get('/v1/picture/history', {
        query: {
          from_ms: Math.max(0, from - BEFORE_MS),
          to_ms: from + STRETCH_MS + AFTER_MS,
          limit: PAGE,
          ...sides,
          ...(after === undefined ? {} : { after }),
        },
      });
      rows.push(...page.tracks);
      ({ kept_from_ms } = page);
      after = page.next;
      pages += 1;
    } while (after !== undefined && pages < PAGES_MAX);
    return { from, area, craft: craftOf(rows), kept_from_ms, part: after !== undefined };
  }
}

export const pastTracks = new PastTracks();
