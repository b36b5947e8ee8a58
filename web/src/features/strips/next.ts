// How flights and legs stand, and what comes next of them. Pure.
import type { Flight, Leg } from '../../api/documents';
import type { Tone } from '../../ui';
import type { Mark, Next, Strip } from './strips';
import { spanOf } from './timed';

export const LIVE: readonly string[] = ['requested', 'held', 'committed', 'confirmed'];
export const shifted = (v: { level_shift_cm?: number; time_shift_ms?: number }): boolean =>
  v.level_shift_cm !== undefined || v.time_shift_ms !== undefined;
export const WAITING: readonly Mark[] = ['counter', 'mayClear', 'switch', 'readBack', 'gaveUp', 'revoked'];

/** What a flight waits with, the most pressing first; as `tansiq flight show` has it. */
export function stepMarks({ flight: f, versions, may_clear }: Flight): Mark[] {
  const marks: Mark[] = [];
  if (f.ended) return marks;
  if (f.contingency !== undefined) marks.push('contingency');
  const live = versions.filter((v) => LIVE.includes(v.state));
  const askedBack = live.some((v) => v.revoke !== undefined && !v.unable);
  if (askedBack) marks.push('revoked');
  if (versions.some((v) => v.crew === 'recalled')) marks.push('gaveUp');
  if (versions.some((v) => v.crew === 'cleared')) marks.push('readBack');
  if (live.some((v) => v.state === 'held' && shifted(v) && !v.accepted)) marks.push('counter');
  const change = live.filter((v) => v.role === 'change');
  if (f.change !== undefined) {
    if (f.change_failed === true) marks.push('changeFailed');
    else if (change.length > 0 && change.every((v) => v.state === 'confirmed')) marks.push('switch');
    else marks.push('changing');
  }
  const toPass = versions.some((v) => v.role === 'plan' && v.state === 'confirmed' && v.crew === 'nothing' && !v.left);
  if (may_clear && !f.dropped && !f.failed && (toPass || (!f.cleared && versions.length === 0))) marks.push('mayClear');
  return marks;
}

export function flightState(of: Flight, counter: boolean): { state: string; tone: Tone } {
  const f = of.flight;
  if (f.ended)
    return {
      state: f.landed ? 'landed' : f.dropped ? 'givenUp' : f.failed ? 'failed' : 'ended',
      tone: f.failed && !f.dropped ? 'warning' : 'plain',
    };
  if (f.landed) return { state: 'landed', tone: 'plain' };
  if (f.airborne)
    return {
      state: f.contingency === undefined ? 'airborne' : 'contingency',
      tone: f.contingency === undefined ? 'own' : 'alarm',
    };
  if (f.failed) return { state: 'failed', tone: 'warning' };
  if (f.dropped) return { state: 'givingUp', tone: 'warning' };
  if (f.cleared) return { state: 'cleared', tone: 'good' };
  if (of.may_clear) return { state: 'confirmed', tone: 'good' };
  if (counter) return { state: 'countered', tone: 'caution' };
  return { state: 'asking', tone: 'info' };
}

export function flightNext(
  of: Flight,
  waiting: Flight['versions'],
  window: Strip['window'],
  now: number,
): Strip['next'] {
  const f = of.flight;
  if (f.ended) return window === undefined ? undefined : { what: 'end', ms: window.end_ms };
  const first = (what: Next, times: readonly (number | undefined)[]): Strip['next'] => {
    const known = times.filter((ms): ms is number => ms !== undefined);
    return known.length === 0 ? undefined : { what, ms: Math.min(...known) };
  };
  const hold =
    first(
      'hold',
      waiting.map((v) => v.until_ms),
    ) ??
    first(
      'hold',
      of.versions.filter((v) => v.state === 'held').map((v) => v.until_ms),
    );
  if (hold !== undefined) return hold;
  const standby = first(
    'ownerDecides',
    of.versions.filter((v) => v.state === 'requested').map((v) => v.standby_until_ms),
  );
  if (standby !== undefined) return standby;
  const spans = (f.plan.legs ?? []).map((leg, i) => ({
    i,
    beside: (leg as { beside?: number }).beside !== undefined,
    span: spanOf(leg.volumes ?? []),
  }));
  if (f.airborne) {
    const inside = spans.find((s) => !s.beside && f.entered?.includes(s.i) === true && f.left?.includes(s.i) !== true);
    const ahead = spans.find((s) => !s.beside && f.entered?.includes(s.i) !== true && (s.span?.end_ms ?? 0) > now);
    if (ahead?.span !== undefined && (inside?.span === undefined || ahead.span.start_ms >= now))
      return { what: 'entry', ms: ahead.span.start_ms };
    if (inside?.span !== undefined) return { what: 'leave', ms: inside.span.end_ms };
  }
  if (window === undefined) return undefined;
  return window.start_ms > now ? { what: 'departure', ms: window.start_ms } : { what: 'end', ms: window.end_ms };
}

export function legNext(leg: Leg, now: number): Strip['next'] {
  if (leg.state === 'asked')
    return leg.standby_ms === undefined
      ? { what: 'answer', ms: leg.expires_ms }
      : { what: 'weDecide', ms: leg.standby_ms };
  if (leg.state === 'held') return leg.until_ms === undefined ? undefined : { what: 'hold', ms: leg.until_ms };
  if (leg.state === 'confirmed')
    return leg.entered || leg.window.start_ms <= now
      ? { what: 'leave', ms: leg.window.end_ms }
      : { what: 'entry', ms: leg.window.start_ms };
  return leg.window.end_ms > 0 ? { what: 'end', ms: leg.window.end_ms } : undefined;
}
