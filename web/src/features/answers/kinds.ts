// Acts that take two, by what people call them. Pure.
export const ACT_KINDS = [
  'relation.propose',
  'relation.accept',
  'share.rule',
  'share.pass',
  'report.file',
  'report.revise',
  'leg.revoke',
  'charter.adopt',
  'zone.resolve',
  'f3548.release',
  'recovery.accept',
] as const;
export const kindKey = (kind: string): string =>
  ACT_KINDS.some((k) => k === kind) ? `answers.act.${kind}` : 'answers.act.other';

export interface EdgeLevel {
  edge: { capability: string; domain: string; from: string; to: string };
  level: number;
}
/** The edges that an act names. */
export function edgesOf(act: Record<string, unknown>): EdgeLevel[] {
  const edges = act['edges'];
  return Array.isArray(edges)
    ? edges.filter((e): e is EdgeLevel => typeof e === 'object' && e !== null && 'edge' in e && 'level' in e)
    : [];
}
