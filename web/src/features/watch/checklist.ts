// What a relief has to know of: point by point, with what stands behind each. Pure.
import type {
  Alert,
  ClockState,
  Flight,
  Incident,
  Intent,
  Leg,
  Line,
  Measure,
  PendingAct,
  Peer,
  Source,
  Thread,
} from '../../api/documents';
import type { OwedItem } from '../../state/threads.svelte';

export const POINTS = [
  'stop',
  'alerts',
  'answers',
  'requests',
  'acts',
  'proposals',
  'incidents',
  'plans',
  'measures',
  'links',
  'sources',
  'clock',
] as const;
export type PointId = (typeof POINTS)[number];
export interface Point {
  id: PointId;
  /** Message `watch.point.<id>` with `n`. */
  n: number;
  /** What stands behind it, and as it stands: who has gone through it has seen these, not what comes afterwards. */
  items: string[];
  /** It wants somebody. */
  urgent: boolean;
  /** Names, the first few. */
  names: string[];
  /** A command that shows it. */
  command: string | undefined;
}
export interface Standing {
  self: string;
  now: number;
  alerts: readonly Alert[];
  /** What an alert is called that is about nothing by name. */
  alertName: (kind: Alert['kind']) => string;
  owed: readonly OwedItem[];
  threads: readonly Thread[];
  legs: readonly Leg[];
  pending: readonly PendingAct[];
  proposals: readonly Record<string, unknown>[];
  incidents: readonly Incident[];
  intents: readonly Intent[];
  flights: readonly Flight[];
  measures: readonly Measure[];
  peers: readonly Peer[];
  lines: readonly Line[];
  sources: readonly Source[];
  clock: ClockState | undefined;
}
const NAMES_MAX = 6;
const LINK_OLD_MS = 60_000;

/** One thing behind a point: what tells it from others and from how it stood before, and its name. */
type Item = readonly [contents: readonly unknown[], name?: string | undefined];

export function checklist(of: Standing): Point[] {
  const point = (id: PointId, behind: readonly Item[], urgent: boolean, command?: string): Point => {
    const items = [...new Set(behind.map(([contents]) => JSON.stringify([id, ...contents])))];
    const names = behind.flatMap(([, name = '']) => (name === '' ? [] : [name]));
    return {
      id,
      n: items.length,
      items,
      urgent: urgent && items.length > 0,
      names: [...new Set(names)].slice(0, NAMES_MAX),
      command,
    };
  };
  const owed = (items: readonly OwedItem[]): Item[] => items.map(({ row }) => [[row.hash], row.from]);
  const intents = of.intents.filter(
    (i) => i.state === 'activated' || i.state === 'nonconforming' || i.state === 'contingent',
  );
  const flights = of.flights.filter(({ flight: f }) => f.airborne && !f.landed && !f.ended);
  const inside = of.legs.filter((leg) => leg.entered && leg.state === 'confirmed');
  const unattended = (peer: Peer): boolean =>
    of.lines.some((l) => l.peer === peer.id && l.watch.state === 'unattended');
  const old = (peer: Peer): boolean => peer.age_ms === undefined || peer.age_ms > LINK_OLD_MS;
  return [
    point('stop', owed(of.owed.filter((item) => item.row.precedence === 'stop')), true, 'show.talks'),
    point(
      'alerts',
      of.alerts.map((a) => [[a.id, a.attention], a.object ?? of.alertName(a.kind)]),
      of.alerts.some((a) => a.state === 'unacknowledged'),
      'show.alerts',
    ),
    point('answers', owed(of.owed.filter((item) => item.row.precedence !== 'stop')), true, 'show.answers'),
    point(
      'requests',
      of.legs.filter((leg) => leg.state === 'asked').map((leg) => [[leg.request], leg.call_sign]),
      true,
      'show.answers',
    ),
    point(
      'acts',
      of.pending.filter((act) => act.state === 'waiting').map((act) => [[act.id], act.by]),
      true,
      'show.answers',
    ),
    point(
      'proposals',
      of.proposals
        .filter((p) => p['peer'] === of.self)
        .map((p) => [[p['hash'], p['author']], typeof p['author'] === 'string' ? p['author'] : undefined]),
      true,
      'show.relations',
    ),
    point(
      'incidents',
      of.incidents.filter((i) => !i.over).map((i) => [[i.opener, i.incident, i.sides], i.title ?? i.incident]),
      true,
      'show.incidents',
    ),
    point(
      'plans',
      [
        ...intents.map((i): Item => [['intent', i.id, i.version, i.state], i.flight ?? i.id]),
        ...flights.map(({ id, flight: f }): Item => [
          ['flight', id, f.contingency],
          f.plan.call_sign === '' ? id : f.plan.call_sign,
        ]),
        ...inside.map((leg): Item => [
          ['leg', leg.home, leg.flight, leg.contingency, leg.unable, leg.overdue],
          leg.call_sign === '' ? leg.flight : leg.call_sign,
        ]),
      ],
      intents.some((i) => i.state !== 'activated') ||
        flights.some(({ flight: f }) => f.contingency !== undefined) ||
        inside.some((leg) => leg.contingency || leg.unable || leg.overdue),
      'show.strips',
    ),
    point(
      'measures',
      of.measures
        .filter((m) => !m.ended && m.volumes.some((v) => v.window.end_ms > of.now))
        .map((m) => [[m.id, m.version], m.id]),
      false,
      'show.measures',
    ),
    point(
      'links',
      of.peers
        .filter((p) => p.pinned || old(p) || unattended(p))
        .map((p) => [[p.id, p.pinned, old(p), unattended(p)], p.id]),
      true,
      'show.relations',
    ),
    point(
      'sources',
      of.sources
        .filter((s) => s.silent_since_ms !== undefined || s.error !== undefined)
        .map((s) => [[s.name, s.silent_since_ms, s.error !== undefined], s.name]),
      true,
    ),
    point('clock', of.clock === undefined || of.clock.fit ? [] : [[[], of.clock.text]], true),
  ];
}
/** Points with something in them that nobody has gone through. */
export const open = (points: readonly Point[], seen: ReadonlySet<string>): Point[] =>
  points.filter((p) => !gone(p, seen));
export const gone = (point: Point, seen: ReadonlySet<string>): boolean => point.items.every((item) => seen.has(item));
