// The map of this screen: what the world and the view say goes to the engine, and back.
import type { PointE7 } from '../../api/documents';
import { t } from '../../i18n/i18n.svelte';
import { duration } from '../../i18n/time';
import { clock } from '../../state/clock.svelte';
import { world } from '../../state/world.svelte';
import { theme } from '../../theme/theme.svelte';
import { boundsOf, boundsOfOutline } from '../../view/bounds';
import { pastTracks } from '../../view/past-tracks.svelte';
import { inPast } from '../../view/past.svelte';
import { shownNow, tracksShown, trackShown } from '../../view/shown';
import type { Shown as DrawShown } from '../../view/draw.svelte';
import { view, type Area as Bounds, type MapView, type Ref } from '../../view/view.svelte';
import { Atlas } from './atlas';
import { Engine } from './engine';
import { Hand } from './hand.svelte';
import { Lettering } from './lettering';
import { densify, fromE7 } from '../../view/geodesy';
import { friends, type Standing } from '../../view/identity';
import { options, SEA_TIMES } from './options.svelte';
import { milestone } from '../../view/milestone';
import { planNamed } from '../../view/plan';
import { areasAt, areasOf, zoneAreas, type Area } from '../../view/scene';
import { seen, type Seen } from './summary';
import { TrackLayer } from './track-layer';
import { TrackView } from './track-view';
import { trackFigures } from './words';

const STANDINGS: readonly Standing[] = ['own', 'friend', 'neutral', 'unknown'];
const VIEW_KEPT = 'tansiq.map.view';
const LEVANT: MapView = { centre: [345_000_000, 355_000_000], zoom: 5, pitch: 0, bearing: 0 };
const TRACKS_EVERY_MS = 1_000;
/** Each time all tracks are drawn: alerts, which come in crowds when they come, wait for each other. */
const ALERTS_EVERY_MS = 500;
/** The text size of a screen of 1366 pixels: there symbols are as they are. */
const REM = 13;
/** Time that is played goes on so far in one step; at more, and backwards, it is another time. */
const STEP_MS_MAX = 600_000;
const flows = (before: number | undefined, at: number): boolean =>
  before !== undefined && at >= before && at - before <= STEP_MS_MAX;
const remNow = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize);

function kept(): MapView | undefined {
  try {
    const of = JSON.parse(localStorage.getItem(VIEW_KEPT) ?? 'null') as Partial<MapView> | null;
    const numbers = [of?.zoom, of?.pitch, of?.bearing, of?.centre?.[0], of?.centre?.[1]];
    return numbers.every((n) => typeof n === 'number' && Number.isFinite(n)) ? (of as MapView) : undefined;
  } catch {
    return undefined;
  }
}

export class MapModel {
  ready = $state(false);
  /** The areas on the map now. */
  areas = $state.raw<readonly Area[]>([]);
  private readonly colour = (token: string): string => theme.colour(token);
  private readonly atlas: Atlas;
  readonly tracks: TrackView;
  private readonly layer: TrackLayer;
  readonly engine: Engine;
  readonly hand: Hand;
  private readonly lettering: Lettering;
  private drawnAreas: readonly Area[] = [];
  private readonly stops: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private touched = 0;
  private due = 0;
  /** Of the tracks that are drawn; undefined: now. */
  private shownAt: number | undefined;
  /** So many tracks were drawn at once. */
  private most = 0;
  private fitted = kept() !== undefined || view.map !== undefined;
  private readonly ratio = Math.min(2, window.devicePixelRatio);
  private rem = REM;
  private cycle: { x: number; y: number; n: number } = { x: -99, y: -99, n: 0 };

  /** Where the map is drawn, over it tracks, and over those what is written. */
  constructor(container: HTMLElement, sky: HTMLCanvasElement, canvas: HTMLCanvasElement) {
    this.atlas = new Atlas(this.ratio, this.symbolColours());
    this.tracks = new TrackView(
      this.atlas,
      this.colour,
      {
        figures: trackFigures,
        old: (track) => t('map.old', { age: duration((view.moment ?? clock.ms()) - track.time_ms) }),
      },
      trackShown,
    );
    this.layer = new TrackLayer(sky, this.tracks.scene, this.atlas, () => this.rendered());
    this.lettering = new Lettering(canvas, this.ratio, this.tracks, this.layer.matrix, this.colour);
    this.engine = new Engine(container, this.layer, this.colour, this.events(), view.map ?? kept() ?? LEVANT);
    this.hand = new Hand(this.engine);
    this.stops.push(
      world.tracks.on((change) => {
        if (view.moment === undefined) this.tracks.take(change);
        this.later(TRACKS_EVERY_MS);
      }),
    );
    this.repaint();
  }
  destroy(): void {
    for (const stop of this.stops) stop();
    clearTimeout(this.timer);
    this.engine.destroy();
    this.layer.destroy();
  }

  // What effects tell.

  repaint(): void {
    this.rem = remNow();
    const scale = this.rem / REM;
    this.tracks.scene.scale = scale;
    this.engine.scale = scale;
    this.lettering.dress(this.rem);
    for (const standing of STANDINGS) this.tracks.colours[standing] = this.colour(standing);
    this.atlas.redraw(this.symbolColours(), this.ratio * scale);
    this.tracks.recolour();
    this.engine.recolour();
    this.layer.touch();
  }
  /** Asks for the tracks of a past moment, as far as the map goes. */
  wantTracks(at: number | undefined): void {
    const bounds = this.engine.map.getBounds();
    pastTracks.want(at, {
      south: bounds.getSouth(),
      west: bounds.getWest(),
      north: bounds.getNorth(),
      east: bounds.getEast(),
    });
  }
  dressTracks(hidden: boolean): void {
    const at = inPast() ? view.moment : undefined;
    const goesOn = at === undefined ? this.shownAt === undefined : flows(this.shownAt, at);
    if (!goesOn) this.tracks.clear();
    this.shownAt = at;
    const relations = world.relations.value?.relations ?? [];
    const viewer = {
      self: world.self,
      air: friends(relations, world.self, 'air'),
      sea: friends(relations, world.self, 'sea'),
      managerOf: (id: string) => world.intents.get(id)?.manager,
    };
    this.tracks.dress(tracksShown(), viewer, options.kept, hidden);
    this.layer.touch();
  }
  look(): void {
    const { solid, heights, minutes, trails } = options.kept;
    Object.assign(this.tracks.scene, {
      heights: solid ? heights : 0,
      trails,
      vector: { air_s: minutes * 60, sea_s: minutes * 60 * SEA_TIMES },
    });
    this.engine.shape(solid, heights);
    this.layer.touch();
  }
  /** Alerts are of now: at another time none is drawn. */
  mark(): void {
    const number = (ref: Ref | undefined): number | undefined =>
      ref?.kind === 'track'
        ? Number(ref.id)
        : ref?.kind === 'alert'
          ? world.alerts.get(Number(ref.id))?.tracks[0]
          : undefined;
    const by = this.tracks.mark(
      number(view.selected),
      number(view.hovered),
      view.moment === undefined ? world.alerts.list : [],
    );
    // What somebody has done shows at once.
    if (by === 'hand') this.layer.touch();
    else this.later(ALERTS_EVERY_MS);
  }
  /** The areas of a moment. */
  showAreas(at: number): void {
    const of = shownNow();
    const { zones, measures, intents, air, sea } = options.kept;
    const wanted = (area: Area): boolean => (area.domain === 'sea' ? sea : air);
    const now = areasAt(of, at).filter(wanted);
    const all = {
      zones: zones ? zoneAreas(of.zones, of.self).filter(wanted) : [],
      measures: measures ? now.filter((area) => area.layer === 'measures') : [],
      intents: intents ? now.filter((area) => area.layer === 'intents') : [],
    };
    for (const source of ['zones', 'measures', 'intents'] as const) this.engine.show(source, all[source]);
    this.areas = [...all.measures, ...all.intents, ...all.zones];
    this.nameAreas();
  }
  nameAreas(): void {
    this.lettering.name(this.areas, this.drawnAreas);
    this.layer.touch();
  }
  showChosen(): void {
    const of = shownNow();
    const refs = [view.selected, view.hovered]
      .filter((ref): ref is Ref => ref !== undefined)
      .flatMap((ref) => [ref, ...this.planOf(ref)]);
    this.engine.show(
      'chosen',
      refs.flatMap((ref) => areasOf(of, ref)).map((area) => ({ ...area, key: `chosen ${area.key}` })),
    );
  }
  showDrawn(shown: ReadonlyMap<string, readonly DrawShown[]>): void {
    const areas = [...shown].flatMap(([key, shapes]) =>
      shapes.map((shape, n): Area => ({
        key: `${key} ${String(n)} ${JSON.stringify(shape)}`,
        ref: { kind: 'act', id: key },
        layer: 'intents',
        outline: shape.outline,
        band: shape.band,
        window: undefined,
        tone: shape.tone ?? 'accent',
        stroke: 'solid',
        label: shape.label ?? '',
        domain: 'air',
        now: true,
        hatched: shape.tone === 'alarm' || shape.tone === 'warning',
      })),
    );
    this.engine.show('shown', areas);
    this.drawnAreas = areas;
    this.nameAreas();
  }
  private planOf(ref: Ref): Ref[] {
    if (ref.kind === 'alert') {
      const object = world.alerts.get(Number(ref.id))?.object;
      return object === undefined
        ? []
        : [...this.plansNamed(object), { kind: 'zone', id: object }, { kind: 'measure', id: object }];
    }
    const plan = ref.kind === 'track' ? trackShown(Number(ref.id))?.plan?.intent : undefined;
    return plan === undefined ? [] : this.plansNamed(plan);
  }
  private plansNamed(name: string): Ref[] {
    const plan = planNamed(name);
    if (plan.of !== 'leg') return [{ kind: plan.of, id: plan.id }];
    return (world.legs.value?.legs ?? [])
      .filter((leg) => leg.home === plan.home && leg.flight === plan.flight)
      .map((leg) => ({ kind: 'leg', id: leg.request }));
  }

  /** Everything that has a place by the charter. */
  home(calm = false): void {
    const bounds = world.zones.list.flatMap((zone) =>
      zone.outline === undefined ? [] : (boundsOfOutline(zone.outline) ?? []),
    );
    const all = bounds.reduce<Bounds | undefined>(
      (sum, b) =>
        sum === undefined
          ? b
          : {
              south: Math.min(sum.south, b.south),
              west: Math.min(sum.west, b.west),
              north: Math.max(sum.north, b.north),
              east: Math.max(sum.east, b.east),
            },
      undefined,
    );
    if (all !== undefined) this.engine.go({ area: all }, calm);
  }
  fitOnce(): void {
    if (this.fitted || world.zones.size === 0) return;
    this.fitted = true;
    this.home(true);
  }
  goTo(ref: Ref): void {
    view.select(ref);
    if (ref.kind === 'track') {
      const at = trackShown(Number(ref.id))?.position;
      if (at !== undefined) view.goToPlace(at);
      return;
    }
    const bounds = boundsOf(areasOf(shownNow(), ref));
    if (bounds !== undefined) view.goTo(bounds);
  }
  contents(): Seen[] {
    const { map } = this.engine;
    const bounds = map.getBounds();
    const { table } = this.tracks;
    const tracks = table.ids.slice(0, table.size).map((id, row) => {
      const track = trackShown(id);
      return {
        id,
        place: table.place(row),
        label: track?.call_sign ?? track?.name ?? track?.label ?? String(id),
        detail: track === undefined ? '' : trackFigures(track),
      };
    });
    const centre = map.getCenter();
    return seen(
      tracks,
      this.areas,
      { west: bounds.getWest(), east: bounds.getEast(), south: bounds.getSouth(), north: bounds.getNorth() },
      [centre.lng, centre.lat],
    );
  }

  /** What panels cover: who goes somewhere sees it beside them. */
  cover(panel: boolean, rtl: boolean, calm: boolean): void {
    // On a narrow map a panel leaves no room beside it.
    const beside = panel && this.engine.map.getContainer().clientWidth > 700;
    const [side, far] = [beside ? 320 : 60, 40];
    const [west, east] = rtl ? [far, side] : [side, far];
    // Where nothing covers the map, a place that was gone to is what is said to be in the middle.
    const aside = beside ? (west - east) / 2 : 0;
    this.engine.cover({ top: 40, bottom: 96, west, east, aside }, calm);
  }
  measured(): void {
    this.engine.line(densify(options.points.map(fromE7)));
  }

  // What the engine tells.

  private events(): ConstructorParameters<typeof Engine>[3] {
    return {
      ready: () => (this.ready = true),
      rendered: () => this.rendered(),
      resized: () => {
        if (remNow() !== this.rem) this.repaint();
      },
      moved: (at) => this.moved(at),
      taken: () => (options.follow = false),
      pointer: (at) => (options.pointer = at),
      down: (at) => this.hand.takeHold(at),
      drag: (at) => this.hand.drag(at),
      up: () => this.hand.letGo(),
      click: (at, screen) => this.click(at, screen),
      twice: () => this.hand.drawn !== undefined || options.panel === 'measure',
    };
  }
  private moved(at: MapView): void {
    view.map = at;
    const lat = at.centre[0] / 1e7;
    options.scale = (40_075_016.68 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** at.zoom);
    try {
      localStorage.setItem(VIEW_KEPT, JSON.stringify(at));
    } catch {
      // It begins elsewhere the next time.
    }
  }
  private click(at: PointE7, screen: { x: number; y: number }): void {
    if (this.hand.click(at, screen)) return;
    if (options.panel === 'measure') {
      options.points = [...options.points, at];
      return;
    }
    const written = this.lettering.trackAt(screen).map((id): Ref => ({ kind: 'track', id }));
    const tracks = this.tracks
      .hit(screen.x, screen.y, this.lettering.projection.to)
      .map((id): Ref => ({ kind: 'track', id: String(id) }));
    const under = this.engine
      .areasAt(screen)
      .map((area) => area.ref)
      .filter((ref) => ref.id !== '');
    // Intents and measures before the zones they are in.
    under.sort((a, b) => (a.kind === 'zone' ? 1 : 0) - (b.kind === 'zone' ? 1 : 0));
    const all = [...tracks, ...written, ...under].filter(
      (ref, n, refs) => refs.findIndex((r) => r.kind === ref.kind && r.id === ref.id) === n,
    );
    // The same place again: what lies beneath.
    const again = Math.hypot(this.cycle.x - screen.x, this.cycle.y - screen.y) < 4;
    const n = again && all.length > 0 ? (this.cycle.n + 1) % all.length : 0;
    this.cycle = { x: screen.x, y: screen.y, n };
    view.select(all[n]);
  }

  private rendered(): void {
    if (this.lettering.write(this.engine.map)) this.layer.touch();
    if (this.ready && this.tracks.table.size > this.most) {
      this.most = this.tracks.table.size;
      milestone('tracks', this.most);
    }
  }
  /** Drawn anew within so long of the last time: what comes meanwhile comes with it. */
  private later(every: number): void {
    const due = Math.max(performance.now(), this.touched + every);
    if (this.timer !== undefined && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.touched = performance.now();
      this.follow();
      this.layer.touch();
    }, due - performance.now());
  }
  private follow(): void {
    if (!options.follow || view.selected?.kind !== 'track') return;
    const row = this.tracks.table.rowOf(Number(view.selected.id));
    if (row !== undefined) this.engine.keep(this.tracks.table.place(row));
  }
  private symbolColours(): ConstructorParameters<typeof Atlas>[1] {
    return {
      frame: {
        own: this.colour('own'),
        friend: this.colour('friend'),
        neutral: this.colour('neutral'),
        unknown: this.colour('unknown'),
      },
      ground: this.colour('ground'),
    };
  }
}
