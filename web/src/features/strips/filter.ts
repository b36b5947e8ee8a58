// Which strips are shown. Pure.
import type { Strip } from './strips';

export const FILTERS = ['all', 'waits', 'flights', 'ships', 'requests', 'measures', 'off'] as const;
export type Filter = (typeof FILTERS)[number];
export interface Wanted {
  filter: Filter;
  search: string;
  /** Also what is over. */
  over: boolean;
  /** Also what others show us. */
  shown: boolean;
}
const FITS: Record<Filter, (strip: Strip) => boolean> = {
  all: () => true,
  waits: (s) => s.waits,
  flights: (s) => s.domain === 'air' && s.kind !== 'measure' && s.kind !== 'request',
  ships: (s) => s.domain === 'sea' && s.kind !== 'measure',
  requests: (s) => s.kind === 'request',
  measures: (s) => s.kind === 'measure',
  off: (s) => s.off || s.state === 'nonconforming' || s.state === 'contingent',
};
export function pick(strips: readonly Strip[], wanted: Wanted): Strip[] {
  const words = wanted.search
    .toLowerCase()
    .split(/\s+/)
    .filter((w) => w !== '');
  return strips.filter(
    (s) =>
      (wanted.over || !s.over) &&
      (wanted.shown || s.kind !== 'shown') &&
      FITS[wanted.filter](s) &&
      words.every((word) => s.text.includes(word)),
  );
}
export function countOf(strips: readonly Strip[], wanted: Omit<Wanted, 'filter'>): Record<Filter, number> {
  const among = pick(strips, { ...wanted, filter: 'all' });
  return Object.fromEntries(FILTERS.map((f) => [f, among.filter(FITS[f]).length])) as Record<Filter, number>;
}
