// What a plan is filed as, out of what the node says of its volumes. Pure.
import type { Intent, Outline, Zone } from '../../api/documents';
import type { Findings } from '../../api/problem';
import { authorityOf } from '../../state/subject';
import { zonesOf } from '../../volumes/findings';
import { mainZone } from '../../volumes/zone-of';

export type FiledAs = 'intent' | 'flight';
/** A flight, as soon as another decides anywhere on the way. */
export const filedAs = (findings: Findings | undefined): FiledAs =>
  (findings?.foreign ?? []).length > 0 ? 'flight' : 'intent';

/** The zone of each leg: as chosen, else as proposed. */
export function legZones(
  volumes: readonly { outline: Outline; chosen: string | undefined }[],
  findings: Findings | undefined,
  zones: readonly Zone[],
): (string | undefined)[] {
  const met = findings === undefined ? [] : zonesOf(findings, volumes.length);
  let before: string | undefined;
  return volumes.map(({ outline, chosen }, i) => {
    const among = met[i] ?? [];
    const zone =
      chosen !== undefined && (among.length === 0 || among.includes(chosen))
        ? chosen
        : mainZone(outline, among, zones, before);
    before = zone ?? before;
    return zone;
  });
}
/** A plan of ours, newest first, that may serve as a template. */
export function templatesOf(intents: readonly Intent[], self: string): Intent[] {
  return intents
    .filter((i) => (i.volumes?.length ?? 0) > 0 && i.manager !== undefined && authorityOf(i.manager) === self)
    .sort((a, b) => (b.changed_ms ?? 0) - (a.changed_ms ?? 0));
}
/** In ten minutes or more, at a round five. */
export const soonest = (now: number): number => Math.ceil((now + 10 * 60_000) / 300_000) * 300_000;
