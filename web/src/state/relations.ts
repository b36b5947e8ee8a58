import type { Edge, Relation } from '../api/documents';

export const RELATION_DOMAINS = ['air', 'sea', 'talks', 'information'] as const;
export type RelationDomain = (typeof RELATION_DOMAINS)[number];

/** How much of what can be granted is: nothing, some, all. */
export type Grant = 'none' | 'some' | 'all';
export interface DomainStanding {
  domain: RelationDomain;
  /** What we grant them. */
  gives: Grant;
  /** What they grant us. */
  gets: Grant;
  /** Something that was agreed is not in force: one side has narrowed it. */
  frozen: boolean;
  /** Both ways, edge by edge. */
  relations: readonly Relation[];
}

/** The highest level of each capability, by domain (src/core/relation_names.h). */
export const CAPABILITIES: Record<RelationDomain, Record<string, number>> = {
  air: { request: 1, gateway: 1, disclosure: 4, tracks: 1 },
  sea: { request: 1, gateway: 1, disclosure: 4, tracks: 1 },
  talks: { centres: 1, chiefs: 1, ministries: 1 },
  information: { reports: 1 },
};
export function levelMax(edge: Pick<Edge, 'capability' | 'domain'>): number {
  return CAPABILITIES[edge.domain as RelationDomain]?.[edge.capability] ?? 0;
}

function grant(relations: readonly Relation[], domain: RelationDomain, from: string, to: string): Grant {
  const levels = new Map(
    relations
      .filter((r) => r.edge.domain === domain && r.edge.from === from && r.edge.to === to)
      .map((r) => [r.edge.capability, r.level]),
  );
  const wanted = Object.entries(CAPABILITIES[domain]);
  if (wanted.every(([capability]) => (levels.get(capability) ?? 0) === 0)) return 'none';
  return wanted.every(([capability, max]) => (levels.get(capability) ?? 0) >= max) ? 'all' : 'some';
}

/** How we stand with a peer, domain by domain. What is not named is not granted. */
export function standingWith(relations: readonly Relation[], self: string, peer: string): DomainStanding[] {
  return RELATION_DOMAINS.map((domain) => {
    const both = relations.filter(
      (r) =>
        r.edge.domain === domain &&
        ((r.edge.from === self && r.edge.to === peer) || (r.edge.from === peer && r.edge.to === self)),
    );
    return {
      domain,
      gives: grant(both, domain, self, peer),
      gets: grant(both, domain, peer, self),
      frozen: both.some((r) => r.level < r.agreed),
      relations: both,
    };
  });
}
