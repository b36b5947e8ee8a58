// Which entries of the record are about a thing. Pure.
import type { Leg } from '../../api/documents';

type Entry = Record<string, unknown> & { type: string };
interface Native {
  intent?: string;
  measure?: string;
}
const native = (entry: Entry): Native => (entry['request'] ?? {}) as Native;
const expired = (entry: Entry): readonly (readonly unknown[])[] =>
  Array.isArray(entry['expired']) ? (entry['expired'] as unknown[][]) : [];
const body = (entry: Entry): Record<string, unknown> => (entry['body'] ?? {}) as Record<string, unknown>;

export const aboutIntent =
  (id: string) =>
  (entry: Entry): boolean =>
    entry.type.startsWith('intent.')
      ? native(entry).intent === id || expired(entry).some((row) => row[0] === id)
      : (entry.type === 'share.named' || entry.type === 'share.withheld') && body(entry)['source'] === `intent ${id}`;
export const aboutMeasure =
  (id: string) =>
  (entry: Entry): boolean =>
    entry.type.startsWith('measure.') && (native(entry).measure === id || expired(entry).some((row) => row[0] === id));
export const aboutLeg =
  (leg: Pick<Leg, 'request' | 'flight' | 'zone'> & { hold?: string }) =>
  (entry: Entry): boolean => {
    const of = body(entry);
    const list = (name: string): readonly unknown[] => (Array.isArray(of[name]) ? of[name] : []);
    return (
      of['request'] === leg.request ||
      list('requests').includes(leg.request) ||
      (leg.hold !== undefined && list('holds').includes(leg.hold)) ||
      ((entry.type === 'leg.request' || entry.type === 'flight.contingency') &&
        of['flight'] === leg.flight &&
        (of['zone'] === leg.zone || of['zone'] === undefined))
    );
  };
export const aboutZone =
  (id: string) =>
  (entry: Entry): boolean =>
    entry.type.startsWith('zone.') && body(entry)['zone'] === id;
export const aboutShare =
  (share: string) =>
  (entry: Entry): boolean =>
    entry.type.startsWith('share.') && body(entry)['share'] === share;

/** What an entry adds beside its type, in a few words of the record. */
export function wordsOf(entry: Record<string, unknown>): string {
  const decision = (entry['decision'] ?? {}) as { refusal?: string; version?: number };
  const of = (entry['body'] ?? {}) as {
    text?: string;
    reason?: string;
    how?: string;
    step?: string;
    move?: string;
    zone?: string;
    to?: string;
  };
  return [
    decision.refusal,
    decision.version === undefined ? undefined : `v${String(decision.version)}`,
    of.zone,
    of.to === undefined ? undefined : `→ ${of.to}`,
    of.reason ?? of.how ?? of.step ?? of.move,
    of.text === undefined || of.text === '' ? undefined : of.text,
  ]
    .filter((word): word is string => word !== undefined)
    .join(' · ');
}
/** Where its newest entries certainly are: behind an entry that is known, else so many from the end. */
export const startOf = (created: number | undefined, end: number, most: number): number =>
  created !== undefined ? Math.max(-1, created - 1) : Math.max(0, end - most);
/** A flight of ours: by its name, the requests of its legs, and the holds that it took. */
export function aboutFlight(of: {
  id: string;
  versions: readonly { request: string; hold?: string }[];
}): (entry: Entry) => boolean {
  const requests = new Set<unknown>(of.versions.map((v) => v.request));
  const holds = new Set<unknown>(of.versions.flatMap((v) => v.hold ?? []));
  return (entry) => {
    const said = body(entry);
    const any = (name: string, among: ReadonlySet<unknown>): boolean =>
      Array.isArray(said[name]) && said[name].some((one) => among.has(one));
    return (
      said['flight'] === of.id ||
      said['source'] === `flight ${of.id}` ||
      requests.has(said['request']) ||
      any('requests', requests) ||
      any('holds', holds)
    );
  };
}
