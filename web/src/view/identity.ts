// How a craft stands to who looks: own, friend, neutral or unknown, by the relations that this node grants. Nothing is made of
// absence: without a plan it is unknown. There is nothing worse than unknown.
import type { Relation, Track } from '../api/documents';
import { authorityOf } from '../state/subject';
import { planNamed } from './plan';

export type Standing = 'own' | 'friend' | 'neutral' | 'unknown';
export interface Identity {
  standing: Standing;
  /** Whose it is, where that is known. */
  authority?: string;
  /** The match is weak, or something speaks against it. */
  assumed: boolean;
}
/** Below, a match is of a place or a code alone (docs/picture-tracks.md). */
const SURE = 75;

/** Whose the plan is: an intent of this node, a flight of its own, or another's leg (`leg:HOME/FLIGHT`). */
export function planAuthority(
  plan: string,
  self: string,
  managerOf: (intent: string) => string | undefined,
): string | undefined {
  const named = planNamed(plan);
  if (named.of === 'flight') return self;
  if (named.of === 'leg') return named.home;
  const manager = managerOf(named.id);
  return manager === undefined ? undefined : authorityOf(manager);
}

/** Who is granted what the bundle `cooperate` grants in the domain, or more, is a friend there. */
export function friends(relations: readonly Relation[], self: string, domain: string): ReadonlySet<string> {
  const levels = new Map<string, { request: number; disclosure: number }>();
  for (const { edge, level } of relations) {
    if (edge.from !== self || edge.domain !== domain) continue;
    const of = levels.get(edge.to) ?? { request: 0, disclosure: 0 };
    if (edge.capability === 'request') of.request = level;
    if (edge.capability === 'disclosure') of.disclosure = level;
    levels.set(edge.to, of);
  }
  return new Set([...levels].filter(([, of]) => of.request >= 1 && of.disclosure >= 3).map(([id]) => id));
}

export interface Viewer {
  self: string;
  air: ReadonlySet<string>;
  sea: ReadonlySet<string>;
  managerOf: (intent: string) => string | undefined;
}
export function identify(track: Pick<Track, 'plan' | 'domain'>, viewer: Viewer): Identity {
  const { plan } = track;
  if (plan === undefined) return { standing: 'unknown', assumed: false };
  const authority = planAuthority(plan.intent, viewer.self, viewer.managerOf);
  if (authority === undefined || authority === '') return { standing: 'unknown', assumed: true };
  const assumed = plan.confidence < SURE || plan.contradicts !== undefined;
  if (authority === viewer.self) return { standing: 'own', authority, assumed };
  const among = track.domain === 'sea' ? viewer.sea : viewer.air;
  return { standing: among.has(authority) ? 'friend' : 'neutral', authority, assumed };
}

/** APP-6D, twenty digits. Affiliations are 1 unknown, 2 assumed friend, 3 friend, 4 neutral: no other exists here. */
export function sidcOf(identity: Identity, domain: string, dashed: boolean): string {
  const friend = identity.standing === 'own' || identity.standing === 'friend';
  const affiliation = identity.standing === 'unknown' ? '1' : friend ? (identity.assumed ? '2' : '3') : '4';
  const set = domain === 'sea' ? '30' : domain === 'air' ? '01' : '00';
  return `130${affiliation}${set}${dashed ? '1' : '0'}0000000000000`;
}
