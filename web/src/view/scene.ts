// What stands on the map beside the tracks: zones, measures, intents, legs. Pure: out of the world and a moment.
import type { Band, Domain, Flight, Intent, Leg, Measure, Outline, TimeWindow, Volume, Zone } from '../api/documents';
import type { Kind, Ref } from './view.svelte';
import { authorityOf } from '../state/subject';

export type Layer = 'zones' | 'measures' | 'intents';
/** `solid` holds; `dashed` is asked for, held, or to come; `dotted` is refused, or not told where exactly. */
export type Stroke = 'solid' | 'dashed' | 'dotted';
export type Tone = 'own' | 'other' | 'warning' | 'alarm' | 'caution' | 'info' | 'accent' | 'good';
export interface Area {
  /** Of its own, and the same as long as it looks the same. */
  key: string;
  ref: Ref;
  layer: Layer;
  outline: Outline;
  band: Band | undefined;
  window: TimeWindow | undefined;
  tone: Tone;
  stroke: Stroke;
  /** Stands on it, and says more than its colour. */
  label: string;
  domain: 'air' | 'sea';
  /** In force at the moment shown; else to come soon. */
  now: boolean;
  /** Hatched: nobody passes without a word. */
  hatched: boolean;
}
/** What another shows us of its own (`held` of GET /v1/coordination/disclosure). */
export interface Share {
  content?: {
    call_sign?: string;
    domain: Domain;
    from: string;
    level: string;
    share: string;
    source?: string;
    volumes?: Volume[];
  };
  held: { share: string; from: string; current?: boolean };
}
/** How a share is selected: as an intent of this name. */
export const shareRef = (share: string): Ref => ({ kind: 'intent', id: `share:${share}` });
/** Out of the document of the world. */
export const sharesOf = (document: Record<string, unknown> | undefined): readonly Share[] =>
  (document?.['held'] ?? []) as readonly Share[];
export interface Shown {
  self: string;
  zones: readonly Zone[];
  measures: readonly Measure[];
  intents: readonly Intent[];
  flights: readonly Flight[];
  legs: readonly Leg[];
  shares: readonly Share[];
}

/** What begins within so long is shown as coming. */
export const AHEAD_MS = 30 * 60_000;
/** A map with more is none. */
export const AREAS_MAX = 4_000;

const running = (window: TimeWindow, at: number): boolean => window.start_ms <= at && at < window.end_ms;
const near = (window: TimeWindow, at: number, ahead: number): boolean =>
  window.start_ms <= at + ahead && at < window.end_ms;

function keyOf(area: Omit<Area, 'key'>, part: number): string {
  const { window, band } = area;
  return [
    area.ref.kind,
    area.ref.id,
    part,
    area.tone,
    area.stroke,
    area.now ? 1 : 0,
    window?.start_ms,
    window?.end_ms,
    band?.lower_cm,
    band?.upper_cm,
    shapeKey(area.outline),
    area.label,
  ].join('|');
}
/** Tells two outlines apart, cheaply. */
function shapeKey(outline: Outline): string {
  const text = JSON.stringify(outline);
  let hash = 7;
  for (let i = 0; i < text.length; i += 1) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  return hash.toString(36);
}

class Gathering {
  readonly areas: Area[] = [];
  constructor(
    private readonly at: number,
    private readonly ahead: number,
  ) {}
  add(of: Omit<Area, 'key' | 'now' | 'band' | 'window' | 'outline'>, volumes: readonly Volume[]): void {
    volumes.forEach((volume, part) => {
      if (!near(volume.window, this.at, this.ahead) || this.areas.length >= AREAS_MAX) return;
      const now = running(volume.window, this.at);
      const area = {
        ...of,
        outline: volume.outline,
        band: volume.band,
        window: volume.window,
        now,
        stroke: now || of.stroke !== 'solid' ? of.stroke : ('dashed' as const),
      };
      this.areas.push({ ...area, key: keyOf(area, part) });
    });
  }
}

export function zoneAreas(zones: readonly Zone[], self: string): Area[] {
  return zones.flatMap((zone): Area[] => {
    if (zone.outline === undefined) return [];
    const area: Omit<Area, 'key'> = {
      ref: { kind: 'zone', id: zone.id },
      layer: 'zones',
      outline: zone.outline,
      band: zone.band,
      window: undefined,
      tone: zone.owner === self ? 'own' : 'other',
      stroke: zone.rule === 'disputed' ? 'dotted' : 'solid',
      label: `${zone.id} · ${zone.owner}`,
      domain: zone.domain,
      now: true,
      hatched: false,
    };
    return [{ ...area, key: keyOf(area, 0) }];
  });
}

const HOME: Partial<Record<string, { stroke: Stroke; tone: Tone }>> = {
  requested: { stroke: 'dashed', tone: 'own' },
  held: { stroke: 'dashed', tone: 'own' },
  committed: { stroke: 'dashed', tone: 'own' },
  confirmed: { stroke: 'solid', tone: 'own' },
  refused: { stroke: 'dotted', tone: 'alarm' },
  revoked: { stroke: 'dotted', tone: 'alarm' },
  lapsed: { stroke: 'dotted', tone: 'warning' },
};
const OTHERS: Partial<Record<string, Stroke>> = {
  asked: 'dashed',
  held: 'dashed',
  confirmed: 'solid',
  revoked: 'dotted',
};

/** Everything that matters at a moment. */
export function areasAt(of: Shown, at: number, ahead = AHEAD_MS): Area[] {
  const out = new Gathering(at, ahead);
  const zones = new Map(of.zones.map((zone) => [zone.id, zone]));
  for (const measure of of.measures) {
    if (measure.ended) continue;
    const domain = zones.get(measure.zone)?.domain ?? 'air';
    const tone: Tone = measure.effect === 'refuse' ? 'alarm' : 'warning';
    out.add(
      {
        ref: { kind: 'measure', id: measure.id },
        layer: 'measures',
        tone,
        stroke: 'solid',
        label: measure.id,
        domain,
        hatched: true,
      },
      measure.volumes,
    );
  }
  for (const intent of of.intents) addIntent(out, intent, of.self, zones);
  for (const { id, flight, versions } of of.flights) {
    const ref: Ref = { kind: 'flight', id };
    if (flight.ended || flight.landed) continue;
    for (const version of versions) {
      const look = HOME[version.state];
      if (look === undefined || version.closed || version.role === 'superseded') continue;
      out.add(
        { ref, layer: 'intents', ...look, label: flight.plan.call_sign, domain: flight.plan.domain, hatched: false },
        version.volumes ?? [],
      );
    }
  }
  for (const leg of of.legs) {
    const stroke = OTHERS[leg.state];
    if (stroke === undefined) continue;
    const tone: Tone = leg.contingency || leg.emergency ? 'alarm' : 'info';
    out.add(
      {
        ref: { kind: 'leg', id: leg.request },
        layer: 'intents',
        tone,
        stroke,
        label: `${leg.call_sign} · ${leg.home}`,
        domain: leg.domain,
        hatched: false,
      },
      leg.volumes ?? [],
    );
  }
  for (const { content, held } of of.shares) {
    if (content === undefined || held.current === false) continue;
    const name = content.call_sign ?? content.source?.split(' ')[1] ?? '?';
    const label = `${name} · ${content.from}`;
    // Less than in full are cells of a coarse grid: somewhere in there.
    const stroke: Stroke = content.level === 'full' || content.level === 'live' ? 'solid' : 'dotted';
    const { domain } = content;
    const common = { ref: shareRef(content.share), layer: 'intents' as const, tone: 'info' as const, hatched: false };
    out.add({ ...common, stroke, label, domain }, content.volumes ?? []);
  }
  return out.areas;
}

function addIntent(out: Gathering, intent: Intent, self: string, zones: ReadonlyMap<string, Zone>): void {
  if (intent.state === 'ended') return;
  const own = intent.manager !== undefined && authorityOf(intent.manager) === self;
  const off = intent.state === 'nonconforming' || intent.state === 'contingent';
  const tone: Tone = intent.state === 'contingent' ? 'alarm' : off ? 'warning' : own ? 'own' : 'info';
  const label = intent.flight ?? intent.id ?? '?';
  const common = {
    ref: { kind: 'intent' as Kind, id: intent.id ?? '' },
    layer: 'intents' as const,
    tone,
    label,
    domain: intent.domain,
    hatched: false,
  };
  const volumes = off && (intent.off_nominal ?? []).length > 0 ? (intent.off_nominal ?? []) : (intent.volumes ?? []);
  out.add({ ...common, stroke: 'solid' }, volumes);
  if ((intent.volumes ?? []).length > 0) return;
  // Told without a place: somewhere in its zones.
  for (const id of intent.zones ?? []) {
    const outline = zones.get(id)?.outline;
    if (outline === undefined) continue;
    out.add(
      { ...common, stroke: 'dotted' },
      (intent.extents ?? []).map((extent) => ({ ...extent, outline })),
    );
  }
}

/** Those of one thing, with what is not now as well: for what is selected. */
export function areasOf(of: Shown, ref: Ref): Area[] {
  if (ref.kind === 'zone')
    return zoneAreas(
      of.zones.filter((zone) => zone.id === ref.id),
      of.self,
    );
  const one: Shown = {
    ...of,
    measures: ref.kind === 'measure' ? of.measures.filter((m) => m.id === ref.id) : [],
    intents: ref.kind === 'intent' ? of.intents.filter((i) => i.id === ref.id) : [],
    flights: ref.kind === 'flight' ? of.flights.filter((f) => f.id === ref.id) : [],
    shares: ref.kind === 'intent' ? of.shares.filter((s) => shareRef(s.held.share).id === ref.id) : [],
    legs: ref.kind === 'leg' ? of.legs.filter((l) => l.request === ref.id) : [],
  };
  const starts = [
    ...one.measures.flatMap((m) => m.volumes),
    ...one.intents.flatMap((i) => [...(i.volumes ?? []), ...(i.extents ?? [])]),
    ...one.flights.flatMap((f) => f.versions.flatMap((v) => v.volumes ?? [])),
    ...one.shares.flatMap((s) => s.content?.volumes ?? []),
    ...one.legs.flatMap((l) => l.volumes ?? []),
  ].map((v) => v.window.start_ms);
  const first = Math.min(...starts);
  return starts.length === 0 ? [] : areasAt(one, first, Number.MAX_SAFE_INTEGER / 4);
}

/** What is new and what is gone. */
export function difference(
  before: ReadonlyMap<string, Area>,
  after: readonly Area[],
): { add: Area[]; remove: string[] } {
  const keys = new Set(after.map((area) => area.key));
  return {
    add: after.filter((area) => !before.has(area.key)),
    remove: [...before.keys()].filter((key) => !keys.has(key)),
  };
}
