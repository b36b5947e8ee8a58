// What a relief has to know of: point by point, with what stands behind each. Pure.
import type {
  Alert,
  ClockState,
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
  owed: readonly OwedItem[];
  threads: readonly Thread[];
  legs: readonly Leg[];
  pending: readonly PendingAct[];
  proposals: readonly Record<string, unknown>[];
  incidents: readonly Incident[];
  intents: readonly Intent[];
  measures: readonly Measure[];
  peers: readonly Peer[];
  lines: readonly Line[];
  sources: readonly Source[];
  clock: ClockState | undefined;
}
const NAMES_MAX = 6;
const LINK_OLD_MS = 60_000;

export function checklist(of: Standing): Point[] {
  const point = (id: PointId, names: readonly (string | undefined)[], urgent: boolean, command?: string): Point => ({
    id,
    n: names.length,
    urgent: urgent && names.length > 0,
    names: [...new Set(names.filter((name): name is string => name !== undefined && name !== ''))].slice(0, NAMES_MAX),
    command,
  });
  const stops = of.owed.filter((item) => item.row.precedence === 'stop');
  const answers = of.owed.filter((item) => item.row.precedence !== 'stop');
  const asked = of.legs.filter((leg) => leg.state === 'asked');
  const acts = of.pending.filter((act) => act.state === 'waiting');
  const proposals = of.proposals.filter((p) => p['peer'] === of.self);
  const running = of.intents.filter(
    (i) => i.state === 'activated' || i.state === 'nonconforming' || i.state === 'contingent',
  );
  const measures = of.measures.filter((m) => !m.ended && m.volumes.some((v) => v.window.end_ms > of.now));
  const links = of.peers.filter(
    (p) =>
      p.pinned ||
      p.age_ms === undefined ||
      p.age_ms > LINK_OLD_MS ||
      of.lines.some((l) => l.peer === p.id && l.watch.state === 'unattended'),
  );
  const silent = of.sources.filter((s) => s.silent_since_ms !== undefined || s.error !== undefined);
  return [
    point(
      'stop',
      stops.map((item) => item.row.from),
      true,
      'show.talks',
    ),
    point(
      'alerts',
      of.alerts.map((a) => a.object ?? a.kind),
      of.alerts.some((a) => a.state === 'unacknowledged'),
      'show.alerts',
    ),
    point(
      'answers',
      answers.map((item) => item.row.from),
      true,
      'show.answers',
    ),
    point(
      'requests',
      asked.map((leg) => leg.call_sign),
      true,
      'show.answers',
    ),
    point(
      'acts',
      acts.map((act) => act.by),
      true,
      'show.answers',
    ),
    point(
      'proposals',
      proposals.map((p) => (typeof p['author'] === 'string' ? p['author'] : undefined)),
      true,
      'show.relations',
    ),
    point(
      'incidents',
      of.incidents.filter((i) => !i.over).map((i) => i.title ?? i.incident),
      true,
      'show.incidents',
    ),
    point(
      'plans',
      running.map((i) => i.flight ?? i.id),
      running.some((i) => i.state !== 'activated'),
      'show.strips',
    ),
    point(
      'measures',
      measures.map((m) => m.id),
      false,
      'show.measures',
    ),
    point(
      'links',
      links.map((p) => p.id),
      true,
      'show.relations',
    ),
    point(
      'sources',
      silent.map((s) => s.name),
      true,
    ),
    point('clock', of.clock === undefined || of.clock.fit ? [] : [of.clock.text], true),
  ];
}
/** Points with something in them that nobody has gone through. */
export const open = (points: readonly Point[], seen: ReadonlySet<PointId>): Point[] =>
  points.filter((p) => p.n > 0 && !seen.has(p.id));
