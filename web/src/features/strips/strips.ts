// What stands in the list of strips: one for each flight, intent, request of another, measure, and thing that others show.
// Pure: out of the world and the time.
import type { Band, Domain, Flight, Intent, Leg, Measure, Track, TrackPlan, Volume, Zone } from '../../api/documents';
import { intentKey } from '../../state/intent-key';
import { authorityOf } from '../../state/subject';
import { planOfFlight, planOfLeg } from '../../view/plan';
import type { Ref } from '../../view/view.svelte';
import { flightNext, flightState, legNext, LIVE, shifted, stepMarks, WAITING } from './next';
import { bandsOf, spanOf, type Timed } from './timed';
import type { Tone } from '../../ui';

/** What a strip is of. `request`: another's leg in a zone where we decide. `shown`: of another, as it is shown to us. */
export type StripKind = 'flight' | 'intent' | 'request' | 'measure' | 'shown';
export const STRIP_KINDS = ['flight', 'intent', 'request', 'measure', 'shown'] as const;
/** What comes next, in words. */
export const NEXT = [
  'activation',
  'departure',
  'entry',
  'leave',
  'end',
  'hold',
  'ownerDecides',
  'weDecide',
  'answer',
  'begins',
  'over',
] as const;
export type Next = (typeof NEXT)[number];
/** What an officer has to know beside the state. */
export const MARKS = [
  'counter',
  'mayClear',
  'switch',
  'readBack',
  'gaveUp',
  'revoked',
  'contingency',
  'overdue',
  'changing',
  'changeFailed',
  'notActivated',
  'flying',
  'aside',
  'level',
  'early',
  'late',
  'overrun',
  'emergency',
  'unable',
  'boundary',
] as const;
export type Mark = (typeof MARKS)[number];

/** How one zone stands with it. */
export interface ZoneState {
  zone: string;
  owner: string;
  /** Of the home's version, or `here` where we decide, `told` in disputed space, `todo` where nobody has been asked. */
  state: Flight['versions'][number]['state'] | 'here' | 'told' | 'todo';
  beside: boolean;
}
export interface Strip {
  key: string;
  ref: Ref;
  kind: StripKind;
  domain: Domain;
  /** Call sign, or name; empty: it has none, or it is not told. */
  name: string;
  /** Whose it is, as an authority or a manager; empty: not told. */
  whose: string;
  /** A message below `strips.state.`. */
  state: string;
  tone: Tone;
  next: { what: Next; ms: number } | undefined;
  /** It waits for somebody here. */
  waits: boolean;
  marks: readonly Mark[];
  zones: readonly ZoneState[];
  band: Band | undefined;
  /** More bands than the one shown. */
  bands: number;
  window: { start_ms: number; end_ms: number } | undefined;
  track: number | undefined;
  off: boolean;
  over: boolean;
  /** Lower case, for the search. */
  text: string;
}

export interface Given {
  self: string;
  intents: readonly Intent[];
  flights: readonly Flight[];
  legs: readonly Leg[];
  measures: readonly Measure[];
  zones: readonly Zone[];
  shown: readonly ShownHeld[];
  /** By the plan that they fly. */
  tracks: ReadonlyMap<string, Track>;
  /** Tracks that are past their windows, as alerts say. */
  overruns: ReadonlySet<number>;
  now: number;
}
/** Of `held` in GET /v1/coordination/disclosure. */
export interface ShownHeld {
  content?: {
    call_sign?: string;
    domain: Domain;
    from: string;
    level: string;
    share: string;
    source?: string;
    state?: string;
    volumes?: Volume[];
  };
  held: { share: string; from: string; current?: boolean };
}

/** Beyond these a craft is said to be off its plan; the node raises alerts by its own. */
const ASIDE_M = 1_000;
const LEVEL_M = 150;
const LATE_MS = 3 * 60_000;
export function planMarks(plan: TrackPlan | undefined, started: boolean): Mark[] {
  if (plan === undefined) return [];
  const marks: Mark[] = [];
  if (plan.proposed === 'activated') marks.push('flying');
  if (plan.inside === true || !started) return marks;
  if ((plan.aside_m ?? 0) >= ASIDE_M) marks.push('aside');
  if (Math.abs(plan.level_m ?? 0) >= LEVEL_M) marks.push('level');
  if ((plan.late_ms ?? 0) >= LATE_MS) marks.push('late');
  if ((plan.late_ms ?? 0) <= -LATE_MS) marks.push('early');
  return marks;
}
const OFF: readonly Mark[] = ['aside', 'level', 'early', 'late', 'overrun'];

function finish(of: Omit<Strip, 'text' | 'off' | 'key'>, id = of.ref.id): Strip {
  const words = [of.name, of.ref.id, of.whose, ...of.zones.flatMap((z) => [z.zone, z.owner])];
  return {
    ...of,
    key: `${of.ref.kind}/${id}`,
    off: of.marks.some((mark) => OFF.includes(mark)),
    text: words.join(' ').toLowerCase(),
  };
}

/** The strips of intents that nobody flies yet, as they were made last. An intent that changes is another object. */
const made = new WeakMap<Intent, { strip: Strip; begun: boolean; self: string; zones: readonly Zone[] }>();

class Making {
  readonly owners: ReadonlyMap<string, string>;
  constructor(readonly given: Given) {
    this.owners = new Map(given.zones.map((zone) => [zone.id, zone.owner]));
  }
  owner(zone: string): string {
    return this.owners.get(zone) ?? '';
  }
  /** Marks of the craft that flies it. */
  flown(plan: string, started: boolean): { track: number | undefined; marks: Mark[] } {
    const track = this.given.tracks.get(plan);
    if (track === undefined) return { track: undefined, marks: [] };
    const marks = planMarks(track.plan, started);
    return { track: track.id, marks: this.given.overruns.has(track.id) ? [...marks, 'overrun'] : marks };
  }

  /** Of thousands hardly one looks different than at the last look. */
  intent(intent: Intent): Strip {
    const { self, zones, now, tracks } = this.given;
    const known = made.get(intent);
    const window = known === undefined ? spanOf(intent.volumes ?? intent.extents ?? []) : known.strip.window;
    const begun = window !== undefined && window.start_ms <= now;
    // Its track's figures are others each time.
    const flown = tracks.has(intent.id ?? '');
    if (known?.begun === begun && known.self === self && known.zones === zones && !flown) return known.strip;
    const strip = this.intentAnew(intent);
    if (flown) made.delete(intent);
    else made.set(intent, { strip, begun, self, zones });
    return strip;
  }
  private intentAnew(intent: Intent): Strip {
    const { now } = this.given;
    const timed: readonly Timed[] = intent.volumes ?? intent.extents ?? [];
    const window = spanOf(timed);
    const bands = bandsOf(timed);
    const state = intent.state ?? 'busy';
    const begun = window !== undefined && window.start_ms <= now;
    const { track, marks } = this.flown(intent.id ?? '', begun);
    if (state === 'accepted' && begun && !marks.includes('flying')) marks.unshift('notActivated');
    const own = intent.manager !== undefined && authorityOf(intent.manager) === this.given.self;
    return finish(
      {
        ref: { kind: 'intent', id: intent.id ?? '' },
        kind: 'intent',
        domain: intent.domain,
        name: intent.flight ?? intent.id ?? '',
        whose: intent.manager ?? '',
        state,
        tone:
          state === 'contingent'
            ? 'alarm'
            : state === 'nonconforming'
              ? 'warning'
              : state === 'activated'
                ? 'good'
                : 'info',
        next:
          window === undefined
            ? undefined
            : state === 'accepted' && !begun
              ? { what: 'activation', ms: window.start_ms }
              : { what: 'end', ms: window.end_ms },
        waits: own && marks.includes('flying'),
        marks,
        zones: (intent.zones ?? []).map((zone) => ({ zone, owner: this.owner(zone), state: 'here', beside: false })),
        band: bands[0],
        bands: bands.length,
        window,
        track,
        over: state === 'ended',
      },
      intentKey(intent),
    );
  }

  flight(of: Flight): Strip {
    const { flight, versions } = of;
    const { now } = this.given;
    const legs = flight.plan.legs ?? [];
    const live = versions.filter((v) => LIVE.includes(v.state));
    const waiting = live.filter((v) => v.state === 'held' && shifted(v) && !v.accepted);
    const volumes = legs.flatMap((leg) => leg.volumes ?? []);
    const window = spanOf(volumes);
    const zones = legs.map((leg, i): ZoneState => {
      const version = versions.findLast((v) => v.leg === i && v.role === 'plan');
      const told = (flight as { noticed?: { leg: number }[] }).noticed?.some((n) => n.leg === i) === true;
      return {
        zone: leg.zone,
        owner: version?.to ?? this.owner(leg.zone),
        state: version?.state ?? (told ? 'told' : 'todo'),
        beside: (leg as { beside?: number }).beside !== undefined,
      };
    });
    const { track, marks } = this.flown(planOfFlight(of.id), window !== undefined && window.start_ms <= now);
    const steps = stepMarks(of);
    const bands = bandsOf(volumes);
    const { state, tone } = flightState(of, waiting.length > 0);
    return finish({
      ref: { kind: 'flight', id: of.id },
      kind: 'flight',
      domain: flight.plan.domain,
      name: flight.plan.call_sign === '' ? of.id : flight.plan.call_sign,
      whose: flight.plan.principal ?? this.given.self,
      state,
      tone,
      next: flightNext(of, waiting, window, now),
      waits: steps.some((mark) => WAITING.includes(mark)),
      marks: [...steps, ...marks.filter((m) => m !== 'flying')],
      zones,
      band: bands[0],
      bands: bands.length,
      window,
      track,
      over: flight.ended && !this.wantsAnother(of, window),
    });
  }
  /** A plan that came to nothing stays in sight while there is time for another, and none is under way. */
  private wantsAnother({ id, flight }: Flight, window: Strip['window']): boolean {
    if (!flight.failed || flight.dropped || window === undefined || window.end_ms <= this.given.now) return false;
    const { call_sign } = flight.plan;
    return !this.given.flights.some((f) => f.id !== id && !f.flight.ended && f.flight.plan.call_sign === call_sign);
  }

  request(leg: Leg): Strip {
    const bands = bandsOf(leg.volumes ?? []);
    const { now } = this.given;
    const { track, marks } = this.flown(planOfLeg(leg), leg.window.start_ms <= now && leg.state === 'confirmed');
    const mine: Mark[] = [];
    if (leg.emergency) mine.push('emergency');
    if (leg.contingency) mine.push('contingency');
    if (leg.overdue) mine.push('overdue');
    if (leg.revoking) mine.push('revoked');
    if (leg.unable) mine.push('unable');
    const waits = leg.state === 'asked' || leg.overdue || leg.unable;
    return finish({
      ref: { kind: 'leg', id: leg.request },
      kind: 'request',
      domain: leg.domain,
      name: leg.call_sign === '' ? leg.flight : leg.call_sign,
      whose: leg.home,
      state: `leg.${leg.state}`,
      tone:
        leg.state === 'confirmed'
          ? 'good'
          : leg.state === 'refused' || leg.state === 'lapsed'
            ? 'warning'
            : leg.state === 'asked' || leg.state === 'held'
              ? 'info'
              : 'plain',
      next: legNext(leg, now),
      waits,
      marks: [...mine, ...marks.filter((m) => m !== 'flying')],
      zones: [{ zone: leg.zone, owner: this.owner(leg.zone), state: 'here', beside: false }],
      band: bands[0],
      bands: bands.length,
      window: leg.window.end_ms > leg.window.start_ms ? leg.window : undefined,
      track,
      over: !['asked', 'held', 'confirmed'].includes(leg.state),
    });
  }

  measure(measure: Measure): Strip {
    const { now } = this.given;
    const window = spanOf(measure.volumes);
    const bands = bandsOf(measure.volumes);
    const begun = window !== undefined && window.start_ms <= now;
    return finish({
      ref: { kind: 'measure', id: measure.id },
      kind: 'measure',
      domain: this.given.zones.find((z) => z.id === measure.zone)?.domain ?? 'air',
      name: measure.id,
      whose: measure.by,
      state: measure.ended ? 'measure.ended' : `measure.${measure.effect}`,
      tone: measure.ended ? 'plain' : measure.effect === 'refuse' ? 'alarm' : 'warning',
      next:
        window === undefined
          ? undefined
          : begun
            ? { what: 'over', ms: window.end_ms }
            : { what: 'begins', ms: window.start_ms },
      waits: false,
      marks: [],
      zones: [{ zone: measure.zone, owner: this.owner(measure.zone), state: 'here', beside: false }],
      band: bands[0],
      bands: bands.length,
      window,
      track: undefined,
      over: measure.ended,
    });
  }

  shown(of: ShownHeld): Strip | undefined {
    const { content } = of;
    if (content === undefined || of.held.current === false || (content.domain !== 'air' && content.domain !== 'sea'))
      return undefined;
    const window = spanOf(content.volumes ?? []);
    const bands = bandsOf(content.volumes ?? []);
    const begun = window !== undefined && window.start_ms <= this.given.now;
    return finish({
      ref: { kind: 'intent', id: `share:${content.share}` },
      kind: 'shown',
      domain: content.domain,
      name: content.call_sign ?? content.source?.split(' ')[1] ?? '',
      whose: content.from,
      state: `shown.${content.level}`,
      tone: 'plain',
      next:
        window === undefined
          ? undefined
          : begun
            ? { what: 'over', ms: window.end_ms }
            : { what: 'begins', ms: window.start_ms },
      waits: false,
      marks: [],
      zones: [],
      band: bands[0],
      bands: bands.length,
      window,
      track: undefined,
      over: window !== undefined && window.end_ms <= this.given.now,
    });
  }
}

/** All of them, by the time to what comes next; what nobody knows a time of stands last. */
export function makeStrips(given: Given): Strip[] {
  const making = new Making(given);
  // What is asked of us stands here as a request already.
  const asked = new Set(given.legs.map((l) => `${l.home} flight ${l.flight}`));
  const strips = [
    ...given.flights.map((f) => making.flight(f)),
    ...given.intents.map((i) => making.intent(i)),
    // Ours in our own zones stand with their flight.
    ...given.legs.filter((l) => l.home !== given.self).map((l) => making.request(l)),
    ...given.measures.map((m) => making.measure(m)),
    ...given.shown
      .filter((s) => !asked.has(`${s.held.from} ${s.content?.source ?? ''}`))
      .flatMap((s) => making.shown(s) ?? []),
  ];
  return strips.sort(compare);
}
const compare = (a: Strip, b: Strip): number =>
  Number(a.over) - Number(b.over) ||
  (a.next?.ms ?? Infinity) - (b.next?.ms ?? Infinity) ||
  (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
  (a.key < b.key ? -1 : 1);
