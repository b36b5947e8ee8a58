// What a peer may see of us, read out of GET /v1/eyes/{peer}. Pure.
import type { Domain, PointE7, Volume } from '../../api/documents';
import type { Answer } from '../../api/client';

export type EyesPage = Answer<'/v1/eyes/{peer}', 'get'>;
export type TrackReport = NonNullable<NonNullable<EyesPage['tracks']>['reports']>[number];

export const SHARE_LEVELS = ['none', 'busy', 'coarse', 'full', 'live'] as const;
export type ShareLevel = (typeof SHARE_LEVELS)[number];

export interface Seen {
  key: string;
  /** `flight`, `intent`, `report`; else as the node has it. */
  kind: string;
  id: string;
  /** As told; absent where the level hides it. */
  callSign: string | undefined;
  domain: string;
  level: ShareLevel | undefined;
  state: string | undefined;
  asOf_ms: number | undefined;
  craft: number;
  title: string | undefined;
  volumes: Volume[];
  through: string | undefined;
  /** We do not hold any more what they were given. */
  gone: boolean;
}

const word = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const levelOf = (value: unknown): ShareLevel | undefined =>
  typeof value === 'number' ? SHARE_LEVELS[value] : SHARE_LEVELS.find((level) => level === value);

export function seenOf(share: EyesPage['shares'][number]): Seen {
  const content = (share.content ?? {}) as Record<string, unknown>;
  const version = share.version as Record<string, unknown>;
  const report = content['report'] as Record<string, unknown> | undefined;
  const [kind = '', ...id] = share.source.split(' ');
  return {
    key: `${share.source}|${share.through ?? ''}`,
    kind,
    id: id.join(' '),
    callSign: word(content['call_sign']),
    domain: word(content['domain']) ?? word(version['domain']) ?? '',
    level: levelOf(content['level'] ?? version['level']),
    state: word(content['state']),
    asOf_ms: [content['as_of_ms'], version['as_of_ms']].find((ms): ms is number => typeof ms === 'number'),
    craft: list(content['craft']).length,
    title: word(report?.['title']),
    volumes: list(content['volumes']) as Volume[],
    through: share.through,
    gone: share.content === undefined,
  };
}
export interface SeenLeg {
  key: string;
  flight: string;
  leg: number;
  zone: string;
  state: string;
  volumes: Volume[];
}
export const legOf = (leg: EyesPage['legs'][number]): SeenLeg => ({
  key: `${leg.flight}/${String(leg.leg)}/${leg.role}/${leg.zone}`,
  flight: leg.flight,
  leg: leg.leg,
  zone: leg.zone,
  state: leg.state,
  volumes: leg.volumes as Volume[],
});
export const placeOfTrack = (report: TrackReport): PointE7 | undefined => {
  const [lat, lng] = report.position ?? [];
  return lat === undefined || lng === undefined ? undefined : [lat, lng];
};
/** How many of ours of that domain a peer is told nothing of. */
export function hiddenOf(
  own: readonly { id?: string | undefined; domain: Domain }[],
  seen: readonly Seen[],
  domain: Domain,
): number {
  const shown = new Set(seen.filter((s) => s.kind === 'intent').map((s) => s.id));
  return own.filter((intent) => intent.domain === domain && intent.id !== undefined && !shown.has(intent.id)).length;
}
