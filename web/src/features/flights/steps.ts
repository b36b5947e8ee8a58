// What can be done with a flight now: the steps of docs/coordination.md, sections 4 and 5. Pure. The node decides; what it
// would refuse anyhow is not offered.
import type { Flight, FlightPlan, HomeVersion, Volume } from '../../api/documents';

export const STEPS = [
  'accept_counter',
  'decline_counter',
  'clear',
  'read_back',
  'recall',
  'gave_up',
  'switch',
  'land',
  'contingency',
  'cancel',
  'cancel_change',
] as const;
export type Step = (typeof STEPS)[number];
/** What is done now stands first. */
export interface Offered {
  next: Step[];
  others: Step[];
}
export const LIVE: readonly HomeVersion['state'][] = ['requested', 'held', 'committed', 'confirmed'];
export const isLive = (v: Pick<HomeVersion, 'state'>): boolean => LIVE.includes(v.state);
export const countered = (v: HomeVersion): boolean =>
  v.state === 'held' && (v.level_shift_cm !== undefined || v.time_shift_ms !== undefined) && !v.accepted;

export function offered({ flight: f, versions, may_clear }: Flight): Offered {
  const next: Step[] = [];
  const others: Step[] = [];
  if (f.ended) return { next, others };
  const live = versions.filter(isLive);
  if (versions.some((v) => v.crew === 'recalled')) next.push('gave_up');
  if (versions.some((v) => v.crew === 'cleared')) next.push('read_back');
  const inHand = versions.some((v) => v.crew === 'read_back');
  const askedBack = live.some((v) => v.revoke !== undefined);
  if (!f.airborne && inHand && (f.dropped || f.failed || askedBack)) next.push('recall');
  const given = f.dropped || f.failed;
  if (!given) {
    if (live.some(countered)) next.push('accept_counter', 'decline_counter');
    const change = live.filter((v) => v.role === 'change');
    if (f.change !== undefined && f.change_failed !== true) {
      if (change.length > 0 && change.every((v) => v.state === 'confirmed')) next.push('switch');
      others.push('cancel_change');
    }
    const toPass = versions.some(
      (v) => v.role === 'plan' && v.state === 'confirmed' && v.crew === 'nothing' && !v.left,
    );
    if (may_clear && (toPass || (!f.cleared && versions.length === 0))) next.push('clear');
    if (!f.airborne) others.push('cancel');
  }
  if (f.airborne && !f.landed) (allLeft(f) ? next : others).push('land');
  if (f.contingency === undefined) others.push('contingency');
  return { next, others };
}
type Planned = { volumes?: Volume[]; zone: string; beside?: number };
export const legsOfPlan = (plan: FlightPlan): readonly Planned[] => (plan.legs ?? []) as Planned[];
const flown = (f: Flight['flight']): number[] =>
  legsOfPlan(f.plan).flatMap((leg, i) => (leg.beside === undefined ? [i] : []));
const allLeft = (f: Flight['flight']): boolean => flown(f).every((i) => f.left?.includes(i) === true);

/** What can be reported of a leg: that it was entered, or left. Boundary legs go with theirs. */
export function reports({ flight: f }: Flight, leg: number): ('enter' | 'leave')[] {
  if (f.ended || f.landed || !f.cleared || legsOfPlan(f.plan)[leg]?.beside !== undefined) return [];
  if (f.left?.includes(leg) === true) return [];
  if (f.entered?.includes(leg) === true) return ['leave'];
  return ['enter'];
}

export interface LegRow {
  leg: number;
  zone: string;
  beside: number | undefined;
  volumes: readonly Volume[];
  /** As the flight stands; undefined: not asked for. */
  version: HomeVersion | undefined;
  /** The new and the old ones beside it, while a change is under way. */
  others: readonly HomeVersion[];
  told: readonly string[];
}
export function legRows(of: Flight): LegRow[] {
  const noticed = (of.flight as { noticed?: { leg: number; to: string[] }[] }).noticed ?? [];
  return legsOfPlan(of.flight.plan).map((leg, i) => {
    const versions = of.versions.filter((v) => v.leg === i);
    const version = versions.findLast((v) => v.role === 'plan');
    return {
      leg: i,
      zone: leg.zone,
      beside: leg.beside,
      volumes: leg.volumes ?? [],
      version,
      others: versions.filter((v) => v !== version && isLive(v)),
      told: noticed.find((n) => n.leg === i)?.to ?? [],
    };
  });
}
/** Where a leg of a change is new, and the plan has none yet. */
export const changeOnly = (of: Flight): HomeVersion[] =>
  of.versions.filter((v) => v.leg >= legsOfPlan(of.flight.plan).length && isLive(v));

/** The same again, under a window of its own choice: of what has ended or failed. Without what the node adds. */
export const volumesOf = (plan: FlightPlan): Volume[] =>
  legsOfPlan(plan)
    .filter((leg) => leg.beside === undefined)
    .flatMap((leg) => leg.volumes ?? []);

/** What an owner said when it refused: `leg.refused`. */
export interface Refusal {
  request: string;
  reason: string;
  text: string;
  conflicts?: {
    band?: { lower_cm?: number; upper_cm?: number; ref?: 'fl' | 'amsl' | 'agl' | 'wgs84' };
    intent?: string;
    manager?: string;
    window?: { start_ms: number; end_ms: number };
  }[];
  sequencer?: string;
}
