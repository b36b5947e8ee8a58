// What waits for a person of this authority, the nearest deadline first. Pure.
import type {
  Flight,
  HomeVersion,
  Incident,
  Leg,
  Peers,
  PendingAct,
  WatchState,
  ZoneControl,
} from '../../api/documents';
import { partOf, type OwedItem, type QueryPart } from '../../state/threads.svelte';
import { needsOfficer } from './hand';

/** As in GET /v1/coordination/relations, `proposals`. */
export interface Proposal {
  author: string;
  peer: string;
  hash: string;
  bundle?: string;
  text?: string;
  time_ms: number;
  edges?: { edge: { capability: string; domain: string; from: string; to: string }; level: number; number: number }[];
}
export interface Meeting {
  accepted?: unknown[];
  met: string;
  text?: string;
  body: {
    caveat: string;
    home: string;
    flight?: string;
    intent?: string;
    meets?: { manager: string; name: string; window: { start_ms: number; end_ms: number }; told_by?: string }[];
  };
}
export type MessageKind = 'stop' | 'danger' | 'query' | 'plan' | 'message' | 'read';

interface Base {
  key: string;
  deadline_ms: number | undefined;
  since_ms: number | undefined;
  /** Who waits; empty: nobody else. */
  who: string;
  /** What it is about, as people call it. */
  about: string;
}
export type Item =
  | (Base & { of: 'message'; kind: MessageKind; item: OwedItem })
  | (Base & {
      of: 'leg';
      kind: 'overstay' | 'unable' | 'request' | 'toConfirm' | 'asked' | 'held' | 'granted';
      leg: Leg;
    })
  | (Base & { of: 'counter'; kind: 'counter'; flight: Flight; versions: readonly HomeVersion[] })
  | (Base & { of: 'revoke'; kind: 'revoke'; flight: Flight; versions: readonly HomeVersion[] })
  | (Base & { of: 'pending'; kind: 'second' | 'ownPending'; act: PendingAct })
  | (Base & { of: 'proposal'; kind: 'proposal'; proposal: Proposal })
  | (Base & { of: 'charter'; kind: 'charter'; version: number })
  | (Base & { of: 'zone'; kind: 'recall' | 'halted'; zone: ZoneControl })
  | (Base & { of: 'caveat'; kind: 'caveat'; meeting: Meeting })
  | (Base & { of: 'incident'; kind: 'incident'; incident: Incident })
  | (Base & { of: 'watch'; kind: 'watch' });
export type ItemKind = Item['kind'];
export const ITEM_KINDS: readonly ItemKind[] = [
  'stop',
  'danger',
  'query',
  'plan',
  'message',
  'read',
  'overstay',
  'unable',
  'request',
  'toConfirm',
  'asked',
  'held',
  'granted',
  'counter',
  'revoke',
  'second',
  'ownPending',
  'proposal',
  'charter',
  'recall',
  'halted',
  'caveat',
  'incident',
  'watch',
];

export interface QueueOf {
  self: string;
  /** The officer's name, and as the record has it. */
  names: readonly string[];
  owed: readonly OwedItem[];
  legs: readonly Leg[];
  flights: readonly Flight[];
  pending: readonly PendingAct[];
  proposals: readonly Proposal[];
  peers: Peers | undefined;
  control: readonly ZoneControl[];
  meetings: readonly Meeting[];
  incidents: readonly Incident[];
  watch: WatchState | undefined;
}

export function messageKind(item: OwedItem): MessageKind {
  const has = (kind: string): boolean => item.message?.parts?.some((p) => kind in p.part) === true;
  if (item.row.precedence === 'stop') return 'stop';
  if (has('danger')) return 'danger';
  if (has('query')) return 'query';
  if (has('plan')) return 'plan';
  return item.row.needs === 'answer' ? 'message' : 'read';
}

/** The track that is asked about, else the first words. */
function aboutOf(item: OwedItem): string {
  const query = partOf<QueryPart>(item.message?.parts, 'query');
  if (query !== undefined) return query.track ?? '';
  const parts = (item.message?.parts ?? []).filter((p) => (p.shown ?? '') !== '');
  const said = parts.find((p) => 'text' in p.part || 'template' in p.part || 'danger' in p.part) ?? parts[0];
  return said?.shown?.split('\n')[0] ?? '';
}

/** It waits for a person to take it or to let it go. */
export const waitsForOfficer = (version: HomeVersion): boolean =>
  version.state === 'held' &&
  !version.accepted &&
  (version.level_shift_cm !== undefined || version.time_shift_ms !== undefined);
/** Its owner has asked for it back, and has no answer. */
export const askedBack = (version: HomeVersion): boolean =>
  version.revoke !== undefined && !version.unable && (version.state === 'committed' || version.state === 'confirmed');

const least = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((ms): ms is number => ms !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

export function queueOf(of: QueueOf): Item[] {
  const items: Item[] = [];
  for (const item of of.owed) {
    if (item.row.needs === 'received') continue;
    const { row, message } = item;
    items.push({
      of: 'message',
      kind: messageKind(item),
      item,
      key: `message:${row.hash}`,
      deadline_ms: row.due_ms,
      since_ms: message?.time_ms ?? row.received_ms,
      who: row.from,
      about: aboutOf(item),
    });
  }
  for (const leg of of.legs) {
    const kind = leg.overdue
      ? 'overstay'
      : leg.home === of.self
        ? undefined
        : leg.unable && leg.revoking
          ? 'unable'
          : needsOfficer(leg)
            ? leg.state === 'asked'
              ? 'request'
              : 'toConfirm'
            : leg.state === 'held' || leg.state === 'asked'
              ? leg.state
              : undefined;
    if (kind === undefined) continue;
    const deadline =
      kind === 'request' || kind === 'toConfirm'
        ? leg.answer_by_ms
        : kind === 'held'
          ? leg.until_ms
          : kind === 'asked'
            ? (leg.standby_ms ?? leg.expires_ms)
            : kind === 'overstay'
              ? leg.window.end_ms
              : leg.window.start_ms;
    items.push({
      of: 'leg',
      kind,
      leg,
      key: `leg:${leg.request}`,
      deadline_ms: deadline,
      since_ms: undefined,
      who: leg.home,
      about: leg.call_sign === '' ? leg.flight : leg.call_sign,
    });
  }
  for (const flight of of.flights) {
    const about = flight.flight.plan.call_sign === '' ? flight.id : flight.flight.plan.call_sign;
    const counters = flight.versions.filter(waitsForOfficer);
    if (counters.length > 0)
      items.push({
        of: 'counter',
        kind: 'counter',
        flight,
        versions: counters,
        key: `counter:${flight.id}`,
        deadline_ms: least(counters.map((v) => v.until_ms)),
        since_ms: undefined,
        who: [...new Set(counters.map((v) => v.to))].join(', '),
        about,
      });
    const back = flight.versions.filter(askedBack);
    if (back.length > 0)
      items.push({
        of: 'revoke',
        kind: 'revoke',
        flight,
        versions: back,
        key: `revoke:${flight.id}`,
        deadline_ms: least(back.flatMap((v) => (v.volumes ?? []).map((volume) => volume.window.start_ms))),
        since_ms: undefined,
        who: [...new Set(back.map((v) => v.revoked_by ?? v.to))].join(', '),
        about,
      });
  }
  for (const act of of.pending) {
    if (act.state !== 'waiting') continue;
    const own = of.names.includes(act.by);
    items.push({
      of: 'pending',
      kind: own ? 'ownPending' : 'second',
      act,
      key: `act:${act.id}`,
      deadline_ms: act.expires_ms,
      since_ms: act.asked_ms,
      who: act.by,
      about: act.request.kind,
    });
  }
  for (const proposal of of.proposals) {
    if (proposal.peer !== of.self) continue;
    items.push({
      of: 'proposal',
      kind: 'proposal',
      proposal,
      key: `proposal:${proposal.hash}`,
      deadline_ms: undefined,
      since_ms: proposal.time_ms,
      who: proposal.author,
      about: proposal.bundle ?? '',
    });
  }
  const charter = charterToAdopt(of.peers);
  if (charter !== undefined)
    items.push({
      of: 'charter',
      kind: 'charter',
      version: charter.version,
      key: `charter:${String(charter.version)}`,
      deadline_ms: undefined,
      since_ms: undefined,
      who: charter.by.join(', '),
      about: String(charter.version),
    });
  for (const zone of of.control) {
    const kind =
      zone.state === 'halted'
        ? 'halted'
        : zone.recall !== undefined && zone.sequencer === of.self && zone.owner !== of.self
          ? 'recall'
          : undefined;
    if (kind !== undefined)
      items.push({
        of: 'zone',
        kind,
        zone,
        key: `zone:${zone.zone}`,
        deadline_ms: kind === 'recall' ? zone.until_ms : undefined,
        since_ms: undefined,
        who: zone.owner,
        about: zone.zone,
      });
  }
  for (const meeting of of.meetings) {
    if (meeting.body.home !== of.self || (meeting.accepted?.length ?? 0) >= (meeting.body.meets?.length ?? 0)) continue;
    const subject = meeting.body.flight ?? meeting.body.intent ?? '';
    items.push({
      of: 'caveat',
      kind: 'caveat',
      meeting,
      key: `caveat:${meeting.met}`,
      deadline_ms: least((meeting.body.meets ?? []).map((m) => m.window.start_ms)),
      since_ms: undefined,
      who: '',
      about: subject,
    });
  }
  for (const incident of of.incidents) {
    const side = incident.sides?.find((s) => s['party'] === of.self);
    if (incident.over || side === undefined || side['statements'] !== 0 || side['state'] === 'closed') continue;
    items.push({
      of: 'incident',
      kind: 'incident',
      incident,
      key: `incident:${incident.opener}/${incident.incident}`,
      deadline_ms: undefined,
      since_ms: typeof side['since_ms'] === 'number' ? side['since_ms'] : undefined,
      who: incident.opener,
      about: incident.shown ?? incident.incident,
    });
  }
  const offer = of.watch?.keepers.find((k) => k.offered !== undefined && of.names.includes(k.offered));
  if (offer !== undefined)
    items.push({
      of: 'watch',
      kind: 'watch',
      key: 'watch',
      deadline_ms: undefined,
      since_ms: offer.since_ms,
      who: offer.name,
      about: '',
    });
  return items.sort(byDeadline);
}

/** A leg of another that waits for nobody, for who looks at it all the same: it may be asked back. */
export const legItem = (leg: Leg): Item => ({
  of: 'leg',
  kind: 'granted',
  leg,
  key: `leg:${leg.request}`,
  deadline_ms: undefined,
  since_ms: undefined,
  who: leg.home,
  about: leg.call_sign === '' ? leg.flight : leg.call_sign,
});

/** A version that others have adopted and this authority has not. */
export function charterToAdopt(peers: Peers | undefined): { version: number; by: string[] } | undefined {
  if (peers?.charter === undefined) return undefined;
  const here = peers.charter.pending ?? peers.charter.in_force;
  const version = Math.max(0, ...peers.peers.map((p) => p.adopted ?? 0));
  if (version <= here) return undefined;
  return { version, by: peers.peers.filter((p) => (p.adopted ?? 0) >= version).map((p) => p.id) };
}

/** The node answers it by its rules; a person may step in. */
export const nodeAnswers = (item: Item): boolean =>
  item.kind === 'asked' || item.kind === 'held' || item.kind === 'ownPending';

export function byDeadline(a: Item, b: Item): number {
  const rank = (item: Item): number =>
    item.kind === 'stop' ? 0 : item.kind === 'danger' || item.kind === 'overstay' ? 1 : 2;
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const by = (a.deadline_ms ?? Infinity) - (b.deadline_ms ?? Infinity);
  if (by !== 0 && !Number.isNaN(by)) return by;
  return (a.since_ms ?? 0) - (b.since_ms ?? 0) || (a.key < b.key ? -1 : 1);
}
