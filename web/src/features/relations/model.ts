// Relations as people read and change them: by domain and capability, as bundles, and what has to be said to get there. Pure.
// The bundles are those of src/coordination/relation_bundles.cc: each is a whole statement; what it does not list is at 0.
import type { Edge, Relation } from '../../api/documents';
import { CAPABILITIES, RELATION_DOMAINS, type RelationDomain } from '../../state/relations';

export const BUNDLES = ['frozen', 'deconflict', 'cooperate', 'ally'] as const;
export type Bundle = (typeof BUNDLES)[number];
export type Direction = 'both' | 'gives' | 'gets';
export interface Kind {
  domain: RelationDomain;
  capability: string;
  max: number;
}
export interface EdgeLevel {
  edge: Edge;
  level: number;
}
/** Levels that have been chosen, by `keyOf`. */
export type Wanted = ReadonlyMap<string, number>;

export const KINDS: readonly Kind[] = RELATION_DOMAINS.flatMap((domain) =>
  Object.entries(CAPABILITIES[domain]).map(([capability, max]) => ({ domain, capability, max })),
);
export const DISCLOSURE = ['none', 'busy', 'coarse', 'full', 'live'] as const;
/** The message that names a level. */
export const levelKey = (capability: string, level: number): string =>
  capability === 'disclosure'
    ? `relations.level.${DISCLOSURE[level] ?? 'none'}`
    : level > 0
      ? 'relations.level.yes'
      : 'relations.level.no';

export function bundleLevel(bundle: Bundle, kind: Pick<Kind, 'capability' | 'max'>): number {
  if (bundle === 'frozen') return 0;
  if (bundle === 'ally') return kind.max;
  switch (kind.capability) {
    case 'request':
    case 'centres':
    case 'chiefs':
      return 1;
    case 'disclosure':
      return bundle === 'deconflict' ? 1 : 3;
    case 'tracks':
    case 'ministries':
    case 'reports':
      return bundle === 'cooperate' ? 1 : 0;
    default:
      return 0;
  }
}

export const keyOf = (edge: Edge): string => `${edge.from}>${edge.to}:${edge.domain}/${edge.capability}`;
export interface Level {
  level: number;
  agreed: number;
  number: number;
}
export const NOTHING: Level = { level: 0, agreed: 0, number: 0 };
/** What is not named is not granted. */
export function levelsOf(relations: readonly Relation[]): ReadonlyMap<string, Level> {
  return new Map(relations.map((r) => [keyOf(r.edge), { level: r.level, agreed: r.agreed, number: r.number }]));
}
export const edgeOf = (kind: Pick<Kind, 'domain' | 'capability'>, from: string, to: string): Edge => ({
  capability: kind.capability,
  domain: kind.domain,
  from,
  to,
});

/** The bundle that the domain is at in that direction, exactly; undefined: none of them. */
export function bundleOf(
  levels: ReadonlyMap<string, Level>,
  domain: RelationDomain,
  from: string,
  to: string,
): Bundle | undefined {
  const kinds = KINDS.filter((kind) => kind.domain === domain);
  const fits = BUNDLES.filter((bundle) =>
    kinds.every((kind) => (levels.get(keyOf(edgeOf(kind, from, to))) ?? NOTHING).level === bundleLevel(bundle, kind)),
  );
  // Where two bundles are alike in a domain, the narrower one promises less.
  return fits[0];
}

/** What a domain is at, in words: nothing granted need not have been frozen. */
export const bundleKey = (bundle: Bundle | undefined): string =>
  bundle === undefined
    ? 'relations.bundle.own'
    : bundle === 'frozen'
      ? 'relations.nothing'
      : `relations.bundle.${bundle}`;

/** Every edge of the scope at the level of the bundle. */
export function expand(
  bundle: Bundle,
  self: string,
  peer: string,
  domain: RelationDomain | 'all' = 'all',
  direction: Direction = 'both',
): EdgeLevel[] {
  const kinds = KINDS.filter((kind) => domain === 'all' || kind.domain === domain);
  const of = (from: string, to: string): EdgeLevel[] =>
    kinds.map((kind) => ({ edge: edgeOf(kind, from, to), level: bundleLevel(bundle, kind) }));
  return [...(direction === 'gets' ? [] : of(self, peer)), ...(direction === 'gives' ? [] : of(peer, self))];
}

/** What has to be said: one key for what is narrower, two for what is wider. What is there already is in neither. */
export function planFor(
  levels: ReadonlyMap<string, Level>,
  items: readonly EdgeLevel[],
): { freeze: EdgeLevel[]; propose: EdgeLevel[] } {
  const now = (item: EdgeLevel): number => (levels.get(keyOf(item.edge)) ?? NOTHING).level;
  return { freeze: items.filter((i) => i.level < now(i)), propose: items.filter((i) => i.level > now(i)) };
}
/** All edges of the pair at what was chosen, else at what is in force. */
export function itemsOf(levels: ReadonlyMap<string, Level>, wanted: Wanted, self: string, peer: string): EdgeLevel[] {
  return expand('frozen', self, peer).map(({ edge }) => ({
    edge,
    level: wanted.get(keyOf(edge)) ?? (levels.get(keyOf(edge)) ?? NOTHING).level,
  }));
}
/** The name under which a proposal is made: of the bundle that it is, in all domains, both ways. */
export function nameOf(items: readonly EdgeLevel[]): string {
  const found = BUNDLES.find((bundle) =>
    items.every((item) => {
      const kind = KINDS.find((k) => k.domain === item.edge.domain && k.capability === item.edge.capability);
      return kind !== undefined && item.level === bundleLevel(bundle, kind);
    }),
  );
  return found ?? '';
}
