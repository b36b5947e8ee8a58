// The map itself: MapLibre, the base map of this program, areas, and the layer of tracks. It knows nothing of Svelte.
import 'maplibre-gl/dist/maplibre-gl.css';
import {
  Map as MapLibre,
  setWorkerUrl,
  type GeoJSONSource,
  type GeoJSONSourceDiff,
  type MapMouseEvent,
} from 'maplibre-gl';
import worldUrl from 'world-atlas/countries-50m.json?url';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { PointE7 } from '../../api/documents';
import type { MapView, Wish } from '../../view/view.svelte';
import { bodyOf } from '../../view/band';
import { fromE7, toE7, type LngLat } from '../../view/geodesy';
import { operatorLayers } from './operator';
import { ringOf } from '../../view/outline';
import { difference, type Area } from '../../view/scene';
import {
  AREA_SOURCES,
  dynamicLayers,
  hatch,
  outlinedFrom,
  styleOf,
  toneToken,
  type AreaSource,
  type ColourOf,
  type Drawn,
} from './style';
import { graticule, readWorld, type Topology } from './topojson';
import type { TrackLayer } from './track-layer';
import { mercatorX, mercatorY } from './track-table';

setWorkerUrl(new URL(workerUrl, document.baseURI).href);

type Feature = NonNullable<GeoJSONSourceDiff['add']>[number];
const collection = (features: Feature[]): Exclude<Parameters<GeoJSONSource['setData']>[0], string> => ({
  type: 'FeatureCollection',
  features,
});
const lines = (coordinates: LngLat[][]): Feature => ({
  type: 'Feature',
  properties: {},
  geometry: { type: 'MultiLineString', coordinates },
});

export interface EngineEvents {
  ready: () => void;
  /** Each frame. */
  rendered: () => void;
  resized: () => void;
  moved: (view: MapView) => void;
  /** Somebody moved it by hand. */
  taken: () => void;
  pointer: (place: PointE7 | undefined) => void;
  down: (at: { x: number; y: number }) => boolean;
  drag: (place: PointE7) => void;
  up: () => void;
  click: (place: PointE7, at: { x: number; y: number }) => void;
  twice: (place: PointE7) => boolean;
}
export interface Inset {
  top: number;
  bottom: number;
  west: number;
  east: number;
  /** How far to the east of the middle, in pixels, a place is shown so that panels do not cover it. */
  aside: number;
}
/** How wide a ring is, as a part of the world's width; of one that is narrow and long, as much as it is long. */
function widthOf(ring: readonly LngLat[]): number {
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [lng, lat] of ring) {
    west = Math.min(west, lng);
    east = Math.max(east, lng);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  return Math.max(mercatorX(east) - mercatorX(west), mercatorY(south) - mercatorY(north));
}
/** How long a slice of preparing areas may take. */
const SLICE_MS = 12;
/** How long to wait before land and borders are asked for again. */
const AGAIN_MS = 3_000;

export class Engine {
  readonly map: MapLibre;
  /** How large the screen's text is: lines are so many times as wide. */
  scale = 1;
  private inset: Inset = { top: 60, bottom: 90, west: 40, east: 40, aside: 0 };
  private readonly areas = new Map<AreaSource, Map<string, Area>>();
  /** What is still to be handed to the map, of each source; null: cannot be drawn. */
  private readonly changes = new Map<
    AreaSource,
    { gone: Set<string>; come: Map<string, { area: Area; feature: Feature | null | undefined }> }
  >();
  /** Sources in which something is. */
  private readonly seen = new Set<string>();
  private running = false;
  private solid = false;
  private heights = 1;
  private dragging = false;
  /** Where somebody wished to go, and the view that this led to: undefined while it is on its way. */
  private wished: { wish: Wish; at: string | undefined } | undefined;
  private readonly rings = new WeakMap<object, LngLat[]>();
  private gone = false;

  constructor(
    container: HTMLElement,
    private readonly layer: TrackLayer,
    private readonly colour: ColourOf,
    events: EngineEvents,
    begin: MapView,
  ) {
    this.map = new MapLibre({
      container,
      style: styleOf(colour),
      center: fromE7(begin.centre),
      zoom: begin.zoom,
      pitch: begin.pitch,
      bearing: begin.bearing,
      maxPitch: 75,
      attributionControl: false,
      dragRotate: true,
      fadeDuration: 0,
      // The shell has keys of its own; those of the map are handled beside it.
      keyboard: false,
      pixelRatio: Math.min(2, window.devicePixelRatio),
      canvasContextAttributes: { antialias: false, powerPreference: 'high-performance' },
    });
    const { map } = this;
    map.doubleClickZoom.disable();
    map.on('load', () => {
      this.dress();
      void this.world();
      void operatorLayers(map, colour);
      events.ready();
    });
    map.on('render', () => events.rendered());
    map.on('resize', () => {
      events.resized();
      // A window has opened beside the map: what was gone to stays in sight, unless somebody has moved on since.
      const { wished } = this;
      if (wished?.at === this.where()) this.go(wished.wish, true);
    });
    map.on('moveend', () => {
      if (this.wished !== undefined) this.wished.at ??= this.where();
      events.moved(this.view());
    });
    map.on('movestart', (event) => {
      if (!('originalEvent' in event) || event.originalEvent === undefined) return;
      this.wished = undefined;
      events.taken();
    });
    map.on('mousemove', (event: MapMouseEvent) => {
      events.pointer(toE7([event.lngLat.lng, event.lngLat.lat]));
      if (this.dragging) events.drag(toE7([event.lngLat.lng, event.lngLat.lat]));
    });
    map.on('mouseout', () => events.pointer(undefined));
    map.on('mousedown', (event: MapMouseEvent) => {
      if (event.originalEvent.button !== 0 || !events.down(event.point)) return;
      event.preventDefault();
      this.dragging = true;
    });
    map.on('mouseup', () => {
      if (!this.dragging) return;
      this.dragging = false;
      events.up();
    });
    map.on('click', (event: MapMouseEvent) => events.click(toE7([event.lngLat.lng, event.lngLat.lat]), event.point));
    map.on('dblclick', (event: MapMouseEvent) => {
      if (!events.twice(toE7([event.lngLat.lng, event.lngLat.lat])))
        map.easeTo({ zoom: map.getZoom() + 1, around: event.lngLat, duration: 200 });
    });
  }

  view(): MapView {
    const centre = this.map.getCenter();
    return {
      centre: toE7([centre.lng, centre.lat]),
      zoom: this.map.getZoom(),
      pitch: this.map.getPitch(),
      bearing: this.map.getBearing(),
    };
  }
  go(wish: Wish, calm: boolean): void {
    // What was on its way ends now, and says so: that is not where this one leads to.
    this.wished = undefined;
    this.move(wish, calm);
    this.wished = { wish, at: this.map.isMoving() ? undefined : this.where() };
  }
  private move(wish: Wish, calm: boolean): void {
    const { top, bottom, west: left, east: right, aside } = this.inset;
    const duration = calm ? 0 : 400;
    if ('place' in wish) {
      // An offset and no padding: padding stays with the map, and adds up with that of the next wish.
      this.map.easeTo({
        offset: [aside, 0],
        duration,
        center: fromE7(wish.place),
        zoom: wish.zoom ?? Math.max(8, this.map.getZoom()),
      });
      return;
    }
    const { west, south, north } = wish.area;
    const east = wish.area.east < west ? wish.area.east + 3.6e9 : wish.area.east;
    this.map.fitBounds(
      [
        [west / 1e7, Math.max(-85, south / 1e7)],
        [east / 1e7, Math.min(85, north / 1e7)],
      ],
      { padding: { top, bottom, left, right }, duration, linear: true, maxZoom: 11 },
    );
  }
  /** What panels cover has changed: what was gone to, or is on its way, stays beside them, unless somebody has moved on since. */
  cover(inset: Inset, calm: boolean): void {
    const same = JSON.stringify(inset) === JSON.stringify(this.inset);
    this.inset = inset;
    const { wished } = this;
    if (!same && wished !== undefined && (wished.at === undefined || wished.at === this.where()))
      this.go(wished.wish, calm);
  }
  /** Center and zoom, to be compared. */
  private where(): string {
    const { lng, lat } = this.map.getCenter();
    return [lng.toFixed(5), lat.toFixed(5), this.map.getZoom().toFixed(3)].join(' ');
  }
  /** Keeps a place in the middle. */
  keep(place: LngLat): void {
    this.map.setCenter(place);
  }
  recolour(): void {
    const { map, colour } = this;
    if (!map.isStyleLoaded() && map.getLayer('sea') === undefined) return;
    map.setPaintProperty('sea', 'background-color', colour('map-sea'));
    map.setPaintProperty('land', 'fill-color', colour('map-land'));
    for (const id of ['coast', 'borders', 'graticule']) map.setPaintProperty(id, 'line-color', colour('map-line'));
    this.dress();
  }
  shape(solid: boolean, heights: number): void {
    if (solid !== this.solid)
      this.map.easeTo({ pitch: solid ? 55 : 0, bearing: solid ? this.map.getBearing() : 0, duration: 0 });
    this.solid = solid;
    this.heights = heights;
    if (this.map.getLayer('sea') !== undefined) this.dress();
  }
  /** Shows these, and no others, of a source. */
  show(source: AreaSource, areas: readonly Area[]): void {
    const before = this.areas.get(source) ?? new Map<string, Area>();
    const { add, remove } = difference(before, areas);
    if (add.length === 0 && remove.length === 0) return;
    this.areas.set(source, new Map(areas.map((area) => [area.key, area])));
    const change = this.changes.get(source) ?? { gone: new Set(), come: new Map() };
    this.changes.set(source, change);
    // What has come and not been drawn yet is just forgotten.
    for (const key of remove) if (!change.come.delete(key)) change.gone.add(key);
    for (const area of add) change.come.set(area.key, { area, feature: undefined });
    this.see(source, areas.length > 0);
    this.work();
  }
  line(points: readonly LngLat[]): void {
    this.see('measuring', points.length > 1);
    this.source('measuring')?.setData(collection(points.length < 2 ? [] : [lines([[...points]])]));
  }
  drawing(ring: LngLat[], way: LngLat[], points: readonly { at: LngLat; active: boolean }[]): void {
    const features: Feature[] = [];
    if (ring.length > 3)
      features.push({ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } });
    if (way.length > 1) features.push(lines([way]));
    this.see('drawing', features.length > 0);
    this.see('drawing-points', points.length > 0);
    this.source('drawing')?.setData(collection(features));
    this.source('drawing-points')?.setData(
      collection(
        points.map(({ at, active }) => ({
          type: 'Feature',
          properties: { active },
          geometry: { type: 'Point', coordinates: at },
        })),
      ),
    );
  }
  /** What areas are at a place of the screen, the uppermost first. */
  areasAt(at: { x: number; y: number }): Area[] {
    const layers = AREA_SOURCES.filter((source) => source !== 'chosen' && source !== 'shown').map(
      (source) => `${source}-fill`,
    );
    const found = this.map.queryRenderedFeatures([at.x, at.y], {
      layers: layers.filter((id) => this.map.getLayer(id) !== undefined),
    });
    return found.flatMap(
      (feature) => this.areas.get(feature.source as AreaSource)?.get(String(feature.properties['key'])) ?? [],
    );
  }
  destroy(): void {
    this.gone = true;
    this.changes.clear();
    this.map.remove();
  }

  /** Whether anything is in a source: its layers are hidden where nothing is. */
  private see(source: string, something: boolean): void {
    if (this.seen.has(source) === something) return;
    if (something) this.seen.add(source);
    else this.seen.delete(source);
    for (const layer of this.map.getLayersOrder())
      if (this.map.getLayer(layer)?.source === source)
        this.map.setLayoutProperty(layer, 'visibility', something ? 'visible' : 'none');
  }
  private source(name: string): GeoJSONSource | undefined {
    return this.map.getSource(name);
  }
  /** Puts the layers of what changes on anew: another palette, or another height. */
  private dress(): void {
    const { map, colour } = this;
    for (const tone of ['alarm', 'warning', 'own', 'info', 'accent', 'good', 'caution', 'other'] as const) {
      const id = `hatch-${tone}`;
      if (map.hasImage(id)) map.removeImage(id);
      map.addImage(id, hatch(colour(toneToken(tone)), map.getPixelRatio()), { pixelRatio: map.getPixelRatio() });
    }
    if (map.getLayer(this.layer.id) !== undefined) map.removeLayer(this.layer.id);
    const drawn: Drawn = { colour, solid: this.solid, heights: this.heights, scale: this.scale, seen: this.seen };
    // Those of the heights are all there are.
    for (const { id } of dynamicLayers({ ...drawn, solid: true }))
      if (map.getLayer(id) !== undefined) map.removeLayer(id);
    for (const layer of dynamicLayers(drawn)) map.addLayer(layer);
    map.addLayer(this.layer);
  }
  /** Land and borders. A node that does not answer just then is asked again: without them nobody knows where he is. */
  private async world(): Promise<void> {
    let topology: Topology;
    try {
      const answer = await fetch(worldUrl);
      if (!answer.ok) throw new Error(String(answer.status));
      topology = (await answer.json()) as Topology;
    } catch {
      if (!this.gone) setTimeout(() => void this.world(), AGAIN_MS);
      return;
    }
    if (this.gone) return;
    const { land, borders } = readWorld(topology);
    this.source('land')?.setData(
      collection(
        land.map((coordinates) => ({ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates } })),
      ),
    );
    this.source('borders')?.setData(collection([lines(borders)]));
    this.source('graticule')?.setData(collection([lines(graticule(5))]));
  }
  /**
   * Prepares areas a slice at a time, so that thousands do not hold up the screen, and hands them over together: for each
   * time the map is drawn anew, all of it.
   */
  private work(): void {
    if (this.running || this.changes.size === 0) return;
    this.running = true;
    setTimeout(() => {
      this.running = false;
      if (this.gone) return;
      const until = performance.now() + SLICE_MS;
      for (const { come } of this.changes.values()) {
        for (const one of come.values()) {
          if (one.feature !== undefined) continue;
          if (performance.now() >= until) {
            this.work();
            return;
          }
          one.feature = this.feature(one.area) ?? null;
        }
      }
      for (const [source, { gone, come }] of this.changes)
        void this.source(source)?.updateData({
          remove: [...gone],
          add: [...come.values()].flatMap(({ feature }) => feature ?? []),
        });
      this.changes.clear();
    }, 0);
  }
  private feature(area: Area): Feature | undefined {
    let ring = this.rings.get(area.outline);
    if (ring === undefined) {
      ring = ringOf(area.outline);
      this.rings.set(area.outline, ring);
    }
    if (ring.length < 4) return undefined;
    const body = bodyOf(area.band, area.domain);
    return {
      type: 'Feature',
      id: area.key,
      properties: {
        key: area.key,
        outlined: outlinedFrom(widthOf(ring)),
        tone: area.tone,
        stroke: area.stroke,
        hatched: area.hatched,
        body: body !== undefined,
        base: body?.base ?? 0,
        top: body?.top ?? 0,
      },
      geometry: { type: 'Polygon', coordinates: [ring] },
    };
  }
}
