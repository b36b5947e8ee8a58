// What a decision rests on, in pieces that can be shown. Pure.
import type { Conflict, Intent } from '../api/documents';
import type { Findings } from '../api/problem';

/** Zones of each volume; the node says it once where all are alike. */
export function zonesOf(findings: Findings, volumes: number): readonly (readonly string[])[] {
  const rows = findings.zones ?? [];
  const [only] = rows;
  return rows.length === 1 && only !== undefined && volumes > 1 ? Array.from({ length: volumes }, () => only) : rows;
}
/** Those that matter once for each other intent, and not once for each zone and volume. */
export function distinct(conflicts: readonly Conflict[]): Conflict[] {
  const seen = new Set<string>();
  return conflicts.filter((c) => {
    const key = [c.intent ?? '?', c.zone, c.window?.start_ms, c.band?.lower_cm, c.volume].join('|');
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
/** The keys of intents that the zone wants to be known; undefined: of one of them the key is not told here. */
export function keysFor(
  missing: NonNullable<Findings['missing']>,
  find: (id: string) => Pick<Intent, 'ovn' | 'version'> | undefined,
): string[] | undefined {
  const keys = missing.map(({ intent, version }) => {
    const of = find(intent);
    return of?.version === version ? of.ovn : undefined;
  });
  return keys.every((key): key is string => key !== undefined) ? keys : undefined;
}
