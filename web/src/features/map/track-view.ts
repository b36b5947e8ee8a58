// The tracks of the world as the map draws them: rows of numbers, a look, and the words beside each.
import type { Alert, Track } from '../../api/documents';
import type { TrackChange } from '../../state/tracks.svelte';
import type { Atlas } from './atlas';
import { rgba } from './gl';
import { identify, sidcOf, type Identity, type Standing, type Viewer } from '../../view/identity';
import type { Label } from './labels';
import type { ColourOf } from './style';
import type { Link, TrackLook, TrackScene } from './track-layer';
import { heightOf, mercatorPerMetre, mercatorX, mercatorY, TrackTable } from './track-table';

export interface Words {
  /** `FL200 ↑ 450kt`. */
  figures: (track: Track) => string;
  old: (track: Track) => string;
}
export interface Shows {
  air: boolean;
  sea: boolean;
}
interface Dressed {
  look: TrackLook;
  identity: Identity;
  name: string;
  figures: string;
}
const RANK: Record<Standing, number> = { own: 20, friend: 30, unknown: 40, neutral: 50 };
export const nameOf = (track: Track): string => track.call_sign ?? track.name ?? track.label;
export const trendOf = (track: Track): string =>
  (track.climb_cm_s ?? 0) > 150 ? '↑' : (track.climb_cm_s ?? 0) < -150 ? '↓' : '';

export class TrackView {
  readonly table = new TrackTable();
  readonly scene: TrackScene;
  /** By standing, for the summary. */
  readonly counts: Record<Standing, number> = { own: 0, friend: 0, neutral: 0, unknown: 0 };
  private readonly dressed = new Map<number, Dressed>();
  private alarmed = new Map<number, string>();
  private selected: number | undefined;
  private hovered: number | undefined;
  private viewer: Viewer = { self: '', air: new Set(), sea: new Set(), managerOf: () => undefined };
  private shows: Shows = { air: true, sea: true };
  private hidden = false;

  constructor(
    private readonly atlas: Atlas,
    private readonly colour: ColourOf,
    private readonly words: Words,
    private readonly trackOf: (id: number) => Track | undefined,
  ) {
    this.scene = {
      table: this.table,
      lookOf: (id) => this.lookOf(id),
      links: [],
      marks: [],
      vector: { air_s: 120, sea_s: 720 },
      trails: true,
      size: 1,
      scale: 1,
      heights: 0,
    };
  }

  /** Takes what has changed; all of it again after `dress`. */
  take(change: TrackChange): void {
    if (this.hidden) return;
    if (change.reset) this.clear();
    for (const id of change.gone) this.drop(id);
    for (const id of change.put) this.put(id);
  }
  /** Everything anew: other relations, other units, another palette, other layers. */
  dress(all: Iterable<Track>, viewer: Viewer, shows: Shows, hidden: boolean): void {
    this.viewer = viewer;
    this.shows = shows;
    this.hidden = hidden;
    const ids = new Set<number>();
    if (!hidden) {
      for (const { id } of all) {
        ids.add(id);
        this.put(id);
      }
    }
    for (const id of [...this.dressed.keys()]) if (!ids.has(id)) this.drop(id);
  }
  /** Other craft, or another time: nothing is carried over, and trails begin anew. */
  clear(): void {
    this.table.clear();
    this.dressed.clear();
    for (const standing of Object.keys(this.counts) as Standing[]) this.counts[standing] = 0;
  }
  private drop(id: number): void {
    const before = this.dressed.get(id);
    if (before !== undefined) this.counts[before.identity.standing] -= 1;
    this.dressed.delete(id);
    this.table.drop(id);
  }
  private put(id: number): void {
    const track = this.trackOf(id);
    if (
      track?.position === undefined ||
      track.state === 'ended' ||
      (track.domain === 'sea' ? !this.shows.sea : !this.shows.air)
    ) {
      this.drop(id);
      return;
    }
    this.table.put(track);
    const before = this.dressed.get(id);
    if (before !== undefined) this.counts[before.identity.standing] -= 1;
    const identity = identify(track, this.viewer);
    this.counts[identity.standing] += 1;
    const dashed = track.state !== 'live';
    const name = `${nameOf(track)}${identity.assumed ? ' ?' : ''}`;
    const colour =
      before?.identity.standing === identity.standing && before.look.colour[3] === 1
        ? before.look.colour
        : rgba(this.colour(identity.standing));
    this.dressed.set(id, {
      identity,
      name,
      figures: this.words.figures(track),
      look: {
        sprite: this.atlas.get(sidcOf(identity, track.domain, dashed), identity.standing),
        colour,
        ring: this.ringOf(id),
      },
    });
  }
  recolour(): void {
    for (const [id, of] of this.dressed)
      of.look = { ...of.look, colour: rgba(this.colour(of.identity.standing)), ring: this.ringOf(id) };
  }
  identityOf(id: number): Identity | undefined {
    return this.dressed.get(id)?.identity;
  }

  /** By whose hand something is marked otherwise now: somebody's here, or the alerts'. */
  mark(selected: number | undefined, hovered: number | undefined, alerts: readonly Alert[]): 'hand' | 'alerts' {
    const by = selected === this.selected && hovered === this.hovered ? 'alerts' : 'hand';
    const touched = new Set<number>([
      ...this.alarmed.keys(),
      ...(this.selected === undefined ? [] : [this.selected]),
      ...(this.hovered === undefined ? [] : [this.hovered]),
    ]);
    this.selected = selected;
    this.hovered = hovered;
    this.alarmed = new Map();
    // The most urgent comes first, and stays.
    for (const alert of alerts) {
      if (alert.over_ms !== undefined || alert.kind === 'source_silent') continue;
      for (const id of alert.tracks) if (!this.alarmed.has(id)) this.alarmed.set(id, alert.priority);
    }
    for (const id of [...touched, ...this.alarmed.keys(), selected, hovered]) {
      const of = id === undefined ? undefined : this.dressed.get(id);
      if (of !== undefined && id !== undefined) of.look = { ...of.look, ring: this.ringOf(id) };
    }
    this.scene.links = [];
    this.scene.marks = [];
    for (const alert of alerts)
      if (alert.kind === 'conflict' && alert.over_ms === undefined)
        this.conflict(alert, alert.tracks.includes(selected ?? -1));
    return by;
  }
  /** Where two come closest: lines from each to there. */
  private conflict(alert: Alert, strong: boolean): void {
    const { where } = alert.finding;
    if (where === undefined) return;
    const [lat, lng] = [where[0] / 1e7, where[1] / 1e7];
    const colour = rgba(this.colour(alert.priority));
    const heights = alert.tracks.map((id) => heightOf(this.trackOf(id) ?? ({} as Track)) ?? 0);
    const z = (heights.reduce((sum, h) => sum + h, 0) / Math.max(1, heights.length)) * mercatorPerMetre(lat);
    const at: [number, number, number] = [mercatorX(lng), mercatorY(lat), z];
    const links: Link[] = alert.tracks.flatMap((id) => {
      const row = this.table.rowOf(id);
      if (row === undefined) return [];
      const x = this.table.x[row] ?? 0;
      const from: [number, number, number] = [
        x,
        this.table.y[row] ?? 0,
        (heights[alert.tracks.indexOf(id)] ?? 0) * (this.table.scale[row] ?? 0),
      ];
      return [{ from, to: [at[0] + TrackTable.shift(at[0], x), at[1], at[2]], colour, width: strong ? 3 : 2, dash: 5 }];
    });
    this.scene.links = [...this.scene.links, ...links];
    this.scene.marks = [...this.scene.marks, { at, radius: strong ? 9 : 7, colour }];
  }
  private ringOf(id: number): TrackLook['ring'] {
    if (id === this.selected) return rgba(this.colour('accent'));
    const priority = this.alarmed.get(id);
    if (priority !== undefined) return rgba(this.colour(priority));
    return id === this.hovered ? rgba(this.colour('text')) : undefined;
  }
  private lookOf(id: number): TrackLook {
    return this.dressed.get(id)?.look ?? { sprite: { u: 0, v: 0 }, colour: [0, 0, 0, 0], ring: undefined };
  }

  /** What is written beside those that are on the screen. */
  labels(
    project: (x: number, y: number, z: number, out: Float64Array) => boolean,
    width: number,
    height: number,
    close: boolean,
  ): { labels: Label[]; seen: number } {
    const { table } = this;
    const at = new Float64Array(2);
    const labels: Label[] = [];
    let seen = 0;
    for (let row = 0; row < table.size; row += 1) {
      const id = table.ids[row] ?? 0;
      if (
        !this.spot(row, project, at) ||
        (at[0] ?? 0) < 0 ||
        (at[1] ?? 0) < 0 ||
        (at[0] ?? 0) > width ||
        (at[1] ?? 0) > height
      )
        continue;
      seen += 1;
      const of = this.dressed.get(id);
      if (of === undefined) continue;
      const special = id === this.selected || id === this.hovered;
      const alarmed = this.alarmed.has(id);
      const lines = [of.name];
      if ((close || special || alarmed) && of.figures !== '') lines.push(of.figures);
      if ((table.fresh[row] ?? 1) < 1) {
        const track = this.trackOf(id);
        if (track !== undefined) lines.push(this.words.old(track));
      }
      labels.push({
        key: String(id),
        x: at[0] ?? 0,
        y: at[1] ?? 0,
        lines,
        colour: this.colourText(of.identity.standing),
        rank: special ? 0 : alarmed ? 10 : RANK[of.identity.standing],
        away: 15 * this.scene.scale,
        strong: special || alarmed,
      });
    }
    return { labels, seen };
  }
  /** The nearest to a point of the screen. */
  hit(
    x: number,
    y: number,
    project: (x: number, y: number, z: number, out: Float64Array) => boolean,
    reach = 15 * this.scene.scale,
  ): number[] {
    const at = new Float64Array(2);
    const found: [number, number][] = [];
    for (let row = 0; row < this.table.size; row += 1) {
      if (!this.spot(row, project, at)) continue;
      const d = Math.hypot((at[0] ?? 0) - x, (at[1] ?? 0) - y);
      if (d <= reach) found.push([d, this.table.ids[row] ?? 0]);
    }
    return found.sort((a, b) => a[0] - b[0]).map(([, id]) => id);
  }
  private spot(
    row: number,
    project: (x: number, y: number, z: number, out: Float64Array) => boolean,
    out: Float64Array,
  ): boolean {
    const { table, scene } = this;
    const height = table.z[row] ?? Number.NaN;
    const z = scene.heights === 0 || Number.isNaN(height) ? 0 : height * scene.heights * (table.scale[row] ?? 0);
    return project(table.x[row] ?? 0, table.y[row] ?? 0, z, out);
  }
  private colourText(standing: Standing): string {
    return this.colours[standing];
  }
  /** Kept, since asking the browser for each label takes long. */
  colours: Record<Standing, string> = { own: '#888888', friend: '#888888', neutral: '#888888', unknown: '#888888' };
}
