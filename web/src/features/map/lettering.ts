// What is written on the map, after each frame: beside tracks, on areas, at closest approaches.
import type { Map as MapLibre } from 'maplibre-gl';

import { clock } from '../../state/clock.svelte';
import { world } from '../../state/world.svelte';
import { anchorOf, crownOf } from '../../view/outline';
import type { Area } from '../../view/scene';
import { view } from '../../view/view.svelte';
import { drawLabels, measureWith, place, type Label, type Pen, type Placed } from './labels';
import { options } from './options.svelte';
import { Projection } from './projection';
import { toneToken, type ColourOf } from './style';
import { mercatorX, mercatorY } from './track-table';
import type { TrackView } from './track-view';
import { axisLabel, conflictLabel } from './words';

interface AreaName {
  key: string;
  x: number;
  y: number;
  lines: readonly string[];
  colour: string;
  rank: number;
  edge: boolean;
  other: readonly [x: number, y: number] | undefined;
}
const LABELS_MAX = 260;
/** From this zoom on, figures stand beside each track. */
const CLOSE_ZOOM = 6.5;
const PANELS_EVERY_MS = 1_000;
const RANKS = { measures: 22, intents: 35, zones: 60 };

export class Lettering {
  readonly projection: Projection;
  private readonly pen: Pen | undefined;
  private corners = new Map<string, number>();
  private placed: Placed[] = [];
  private names: AreaName[] = [];
  private panels: [number, number, number, number][] = [];
  private measured = -Infinity;

  constructor(
    canvas: HTMLCanvasElement,
    ratio: number,
    private readonly tracks: TrackView,
    matrix: Float64Array,
    private readonly colour: ColourOf,
  ) {
    // Drawn by the processor: text by a graphics card that is none takes longer.
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context !== null) this.pen = { context, ratio, font: '', strongFont: '', lineHeight: 13, halo: '#000000' };
    this.projection = new Projection(matrix);
  }
  /** Another palette, or another size. */
  dress(rem: number): void {
    if (this.pen === undefined) return;
    const size = rem * 0.86;
    const family = getComputedStyle(document.body).fontFamily;
    this.pen.font = `500 ${String(size)}px ${family}`;
    this.pen.strongFont = `700 ${String(size)}px ${family}`;
    this.pen.lineHeight = size * 1.18;
    this.pen.halo = this.colour('map-sea');
  }
  name(areas: readonly Area[], shown: readonly Area[]): void {
    const named = (area: Area, rank: number): AreaName[] => {
      const edge = area.layer === 'zones';
      const at = edge ? crownOf(area.outline) : anchorOf(area.outline);
      if (at === undefined || area.label === '') return [];
      const colour = this.colour(area.tone === 'other' || edge ? 'text-dim' : toneToken(area.tone));
      // At an edge a line is enough.
      const lines = edge ? [axisLabel(area).replace('\n', '  ')] : axisLabel(area).split('\n');
      const middle = edge ? anchorOf(area.outline) : undefined;
      const other = middle === undefined ? undefined : ([mercatorX(middle[0]), mercatorY(middle[1])] as const);
      return [{ key: area.key, x: mercatorX(at[0]), y: mercatorY(at[1]), lines, colour, rank, edge, other }];
    };
    this.names = [
      ...areas.flatMap((area) => named(area, RANKS[area.layer])),
      ...shown.flatMap((area) => named(area, 8)),
    ];
  }
  /** The track whose words are at a place of the screen. */
  trackAt({ x, y }: { x: number; y: number }): string[] {
    const found = this.placed.find((p) => x >= p.x && x <= p.x + p.width && y >= p.y && y <= p.y + p.height);
    return found !== undefined && /^\d+$/.test(found.label.key) ? [found.label.key] : [];
  }

  /** True: symbols have another size from now on, and are to be drawn anew. */
  write(map: MapLibre): boolean {
    const { pen } = this;
    if (pen === undefined) return false;
    const { canvas } = pen.context;
    const { clientWidth: width, clientHeight: height } = map.getContainer();
    const [w, h] = [Math.round(width * pen.ratio), Math.round(height * pen.ratio)];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    Object.assign(this.projection, { width, height, middleX: mercatorX(map.getCenter().lng) });
    const of = this.tracks.labels(this.projection.to, width, height, map.getZoom() >= CLOSE_ZOOM);
    const half = 9 * this.tracks.scene.scale;
    const blocked = of.labels
      .slice(0, 1_500)
      .map((l): [number, number, number, number] => [l.x - half, l.y - half, 2 * half, 2 * half]);
    blocked.push(...this.covered(map.getContainer()));
    const labels = options.kept.labels
      ? [...of.labels, ...this.areaNames(width, height)]
      : of.labels.filter((l) => l.rank <= 10);
    this.placed = place([...labels, ...this.conflicts()], {
      width,
      height,
      lineHeight: pen.lineHeight,
      measure: measureWith(pen),
      before: this.corners,
      most: LABELS_MAX,
      blocked,
    });
    this.corners = new Map(this.placed.map((p) => [p.label.key, p.corner]));
    drawLabels(pen, this.placed);
    return this.crowd(of.seen);
  }
  /** What stands over the map is not written under. */
  private covered(container: HTMLElement): [number, number, number, number][] {
    const now = performance.now();
    if (now - this.measured < PANELS_EVERY_MS) return this.panels;
    this.measured = now;
    const { left, top } = container.getBoundingClientRect();
    const over = container.closest('main')?.querySelectorAll('[data-over-map]') ?? [];
    this.panels = [...over].map((panel) => {
      const box = panel.getBoundingClientRect();
      return [box.left - left, box.top - top, box.width, box.height];
    });
    return this.panels;
  }
  /** Where many are, symbols are smaller; not to and fro at the border. */
  private crowd(seen: number): boolean {
    const { scene } = this.tracks;
    const size = seen > 1_500 ? 0.5 : seen > 500 ? 0.7 : 1;
    if (size === scene.size || (size > scene.size && seen > (scene.size === 0.5 ? 1_200 : 400))) return false;
    scene.size = size;
    return true;
  }
  private areaNames(width: number, height: number): Label[] {
    const at = new Float64Array(2);
    return this.names.flatMap(({ key, lines, colour, rank, edge, other, x, y }) => {
      if (!this.projection.to(x, y, 0, at)) return [];
      const [left, top] = [at[0] ?? 0, at[1] ?? 0];
      if (left < 0 || top < 0 || left > width || top > height) return [];
      const label: Label = { key: `area ${key}`, x: left, y: top, lines, colour, rank, away: 0, edge };
      return [
        other !== undefined && this.projection.to(other[0], other[1], 0, at)
          ? { ...label, else: [at[0] ?? 0, at[1] ?? 0] }
          : label,
      ];
    });
  }
  /** Alerts are of now: at another time there are none. */
  private conflicts(): Label[] {
    if (view.moment !== undefined) return [];
    const at = new Float64Array(2);
    return world.alerts.list.flatMap((alert) => {
      const { where } = alert.finding;
      const text = conflictLabel(alert, clock.ms());
      if (where === undefined || text === undefined) return [];
      if (!this.projection.to(mercatorX(where[1] / 1e7), mercatorY(where[0] / 1e7), 0, at)) return [];
      const colour = this.colour(alert.priority);
      const key = `alert ${String(alert.id)}`;
      return [
        {
          key,
          x: at[0] ?? 0,
          y: at[1] ?? 0,
          lines: [text],
          colour,
          rank: 5,
          away: 12 * this.tracks.scene.scale,
          strong: true,
        },
      ];
    });
  }
}
