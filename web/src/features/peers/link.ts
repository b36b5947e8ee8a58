// How the line to a peer stands. Pure.
import type { Line, Peer } from '../../api/documents';
import type { DomainStanding } from '../../state/relations';

/** Behind this a link is old: nodes ask each other every few seconds. */
export const OLD_MS = 60_000;

export type LinkState = 'good' | 'old' | 'never' | 'trouble' | 'forked';
export interface LinkView {
  state: LinkState;
  /** Of the newest good answer, as of `now`; undefined: there was none. */
  age_ms: number | undefined;
  /** Entries of the peer that are known to exist, and not here yet. */
  behind: number;
}
/**
 * `at_ms`: when the node said so. What is not refreshed grows older. `speed`: of the node's clock; lines are asked by the machine's
 * own, so in a demonstration whose clock runs faster an age is told as the machine sees it.
 */
export function linkOf(peer: Peer, at_ms: number, now: number, speed = 1): LinkView {
  const age_ms = peer.age_ms === undefined ? undefined : (peer.age_ms + Math.max(0, now - at_ms)) / Math.max(1, speed);
  const behind = Math.max(0, peer.known - peer.held);
  const state = peer.pinned
    ? 'forked'
    : age_ms === undefined
      ? 'never'
      : age_ms > OLD_MS
        ? 'old'
        : peer.trouble !== ''
          ? 'trouble'
          : 'good';
  return { state, age_ms, behind };
}
export type Presence = 'attended' | 'unattended' | 'unknown';
export const presenceOf = (line: Line | undefined): Presence => line?.watch.state ?? 'unknown';
/** The message for how the newest check of the line went. */
export function checkKey(line: Line | undefined): string {
  if (line === undefined || line.checks === 0) return 'peers.check.none';
  if (line.waiting) return 'peers.check.waiting';
  if (line.missed) return line.fault === undefined ? 'peers.check.missed' : `peers.check.${line.fault}`;
  return 'peers.check.good';
}
/** A domain at a glance, one of five shapes. */
export type Shape = 'all' | 'some' | 'none' | 'frozen';
export const shapeOf = (standing: DomainStanding, way: 'gives' | 'gets'): Shape =>
  standing.frozen && standing[way] !== 'all' ? 'frozen' : standing[way];
