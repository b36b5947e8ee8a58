// The node as this console knows it: loaded at sign-in, kept current by the node's stream, and by asking now and then for
// what that does not tell.
import { api, type Client } from '../api/client';
import type {
  Alert,
  AlertEvent,
  Charter,
  ClockState,
  DataMode,
  Flight,
  Incident,
  Intent,
  Legs,
  Lines,
  Measure,
  Overdue,
  Peers,
  PendingAct,
  Relations,
  Reports,
  Source,
  Thread,
  Track,
  WatchState,
  Zone,
  ZoneControl,
} from '../api/documents';
import { asProblem } from '../api/problem';
import type { ServerEvent } from '../api/sse';
import { Stream } from '../api/stream';
import { affected, intentsOf, type Part } from './affected';
import { AlertStore } from './alerts.svelte';
import { authorityName, readCharter } from './charter';
import { clock } from './clock.svelte';
import { Collection, Doc } from './collection.svelte';
import { intentKey } from './intent-key';
import { Link } from './link.svelte';
import { standingWith, type DomainStanding } from './relations';
import { session } from './session.svelte';
import { TrackStore } from './tracks.svelte';
import { milestone } from '../view/milestone';

const PAGE = 1_000;
/** Changes that come together are fetched together. */
const GATHER_MS = 150;
/** More intents than these are fetched as a list. */
const SINGLY_MAX = 16;
/** What no stream tells of, or what grows old by itself. */
const POLLED: readonly (readonly [Part, number])[] = [
  ['lines', 10_000],
  ['peers', 5_000],
  ['pending', 5_000],
  ['watch', 10_000],
  ['overdue', 15_000],
  ['sources', 10_000],
  ['clockState', 60_000],
  ['control', 60_000],
  ['groups', 60_000],
];

/** What `talks/…` says: something was said, and whether a console has to ring. */
export interface TalkEvent {
  type: 'talk' | 'line' | 'incident' | 'report' | (string & {});
  hash: string;
  sound: boolean;
  entry: Record<string, unknown>;
}
async function pages<T>(
  page: (after: number | undefined) => Promise<{ items: T[]; next?: number | undefined }>,
): Promise<T[]> {
  const out: T[] = [];
  let after: number | undefined;
  do {
    const { items, next } = await page(after);
    out.push(...items);
    after = next;
  } while (after !== undefined);
  return out;
}

export class World {
  readonly charter: Doc<Charter>;
  readonly zones: Collection<Zone>;
  readonly control: Collection<ZoneControl>;
  readonly relations: Doc<Relations>;
  readonly peers: Doc<Peers>;
  readonly lines: Doc<Lines>;
  readonly clockState: Doc<ClockState>;
  readonly intents: Collection<Intent>;
  readonly measures: Collection<Measure>;
  readonly flights: Collection<Flight>;
  readonly legs: Doc<Legs>;
  readonly caveats: Doc<Record<string, unknown>>;
  readonly disclosure: Doc<Record<string, unknown>>;
  readonly threads: Collection<Thread>;
  readonly overdue: Doc<Overdue>;
  readonly incidents: Collection<Incident>;
  readonly reports: Doc<Reports>;
  readonly pending: Collection<PendingAct>;
  readonly watch: Doc<WatchState>;
  readonly sources: Collection<Source>;
  readonly groups: Collection<Record<string, unknown> & { id: string }>;
  readonly tracks = new TrackStore();
  readonly alerts = new AlertStore();
  /** The one stream of everything: the live picture, the record, what is said. */
  readonly link = new Link();
  /** This node has no source and hears no peers: there are no tracks. */
  noPicture = $state(false);
  /** The first load is through; what failed says so itself. */
  loaded = $state(false);

  readonly self: string = $derived.by(() => this.peers.value?.self ?? '');
  readonly mode: DataMode | undefined = $derived.by(() => this.charter.value?.data_mode);

  private readonly client: Client;
  private stream: Stream | undefined;
  private timers: ReturnType<typeof setInterval>[] = [];
  private gathered = new Set<Part>();
  private touched: Set<string> | 'all' = new Set();
  private intentsBusy: Promise<void> = Promise.resolve();
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private readonly talkListeners = new Set<(event: TalkEvent) => void>();
  private readonly entryListeners = new Set<(entry: { type: string }, seq: number) => void>();

  constructor(client: Client = api) {
    this.client = client;
    const time = (): number => clock.ms();
    const doc = <T>(load: () => Promise<unknown>): Doc<T> => new Doc(load as () => Promise<T>, time, true);
    const of = <T>(key: (item: T) => string, load: () => Promise<readonly unknown[]>): Collection<T> =>
      new Collection(key, load as () => Promise<readonly T[]>, time, true);
    const get = client.get.bind(client);
    this.charter = doc(async () => readCharter(await get('/v1/charter')));
    this.zones = of<Zone>(
      (z) => z.id,
      async () => (await get('/v1/zones')).zones,
    );
    this.control = of<ZoneControl>(
      (z) => z.zone,
      async () => (await get('/v1/coordination/control')).zones,
    );
    this.relations = doc(() => get('/v1/coordination/relations'));
    this.peers = doc(() => get('/v1/coordination/peers'));
    this.lines = doc(() => this.loadLines());
    this.clockState = doc(() => get('/v1/coordination/clock'));
    this.intents = of<Intent>(intentKey, () =>
      pages(async (after) => {
        const page = await get('/v1/intents', { query: { limit: PAGE, ...(after === undefined ? {} : { after }) } });
        return { items: page.intents, next: page.next };
      }),
    );
    this.measures = of<Measure>(
      (m) => m.id,
      () =>
        pages(async (after) => {
          const page = await get('/v1/measures', { query: { limit: PAGE, ...(after === undefined ? {} : { after }) } });
          return { items: page.measures, next: page.next };
        }),
    );
    this.flights = of<Flight>(
      (f) => f.id,
      async () => (await get('/v1/coordination/flights')).flights,
    );
    this.legs = doc(() => get('/v1/coordination/legs'));
    this.caveats = doc(() => get('/v1/coordination/caveats'));
    this.disclosure = doc(() => get('/v1/coordination/disclosure'));
    this.threads = of<Thread>(
      (t) => `${t.opener}/${t.thread}`,
      async () => (await get('/v1/talks', { query: { limit: 200 } })).threads,
    );
    this.overdue = doc(() => get('/v1/talks/overdue'));
    this.incidents = of<Incident>(
      (i) => `${i.opener}/${i.incident}`,
      async () => (await get('/v1/incidents', { query: { limit: 200 } })).incidents,
    );
    this.reports = doc(() => get('/v1/reports'));
    this.pending = of<PendingAct>(
      (p) => p.id,
      async () => (await get('/v1/acts/pending')).acts,
    );
    this.watch = doc<WatchState>(() => get('/v1/watch'));
    this.sources = of<Source>(
      (s) => s.name,
      () => this.ofPicture(async () => (await get('/v1/sources')).sources),
    );
    this.groups = of(
      (g) => g.id,
      () => this.ofPicture(async () => (await get('/v1/groups')).groups),
    );
  }

  /** Begins, for who has signed in. */
  start(): void {
    clock.start();
    this.stream = new Stream({
      path: '/v1/stream',
      onEvent: (event) => this.take(event),
      onChange: (state, problem) => {
        if (this.link.note(state, problem)) this.refreshAll();
        if (state === 'live') milestone('live');
      },
      onUnauthenticated: () => this.client.onUnauthenticated(),
    });
    this.stream.start();
    this.timers = POLLED.map(([part, every]) => setInterval(() => this.refresh(part), every));
    void this.load();
  }

  /** Ends, and forgets what was shown. */
  stop(): void {
    this.stream?.stop();
    for (const timer of this.timers) clearInterval(timer);
    clearTimeout(this.gathering);
    this.gathering = undefined;
    this.stream = undefined;
    this.timers = [];
    this.loaded = false;
    this.tracks.clear();
    this.alerts.clear();
    for (const part of this.parts()) this.of(part).clear();
  }

  /** Fetches a part anew, soon: all of it. */
  refresh(...parts: Part[]): void {
    if (parts.includes('intents')) this.touched = 'all';
    this.gather(parts);
  }
  refreshAll(): void {
    this.refresh(...this.parts());
  }

  /** What an authority is called. */
  name(authority: string): string {
    return authorityName(this.charter.value, authority);
  }
  /** How we stand with a peer, domain by domain; undefined: not known yet. */
  standing(peer: string): DomainStanding[] | undefined {
    const relations = this.relations.value;
    return relations === undefined || this.self === '' ? undefined : standingWith(relations.relations, this.self, peer);
  }
  /** Is told what is said: to ring, to mark as unread. Returns what ends it. */
  onTalk(listener: (event: TalkEvent) => void): () => void {
    this.talkListeners.add(listener);
    return () => this.talkListeners.delete(listener);
  }
  /** Is told of each entry of the record. */
  onEntry(listener: (entry: { type: string }, seq: number) => void): () => void {
    this.entryListeners.add(listener);
    return () => this.entryListeners.delete(listener);
  }

  private parts(): Part[] {
    return [
      'charter',
      'peers',
      'lines',
      'zones',
      'control',
      'relations',
      'clockState',
      'intents',
      'measures',
      'flights',
      'legs',
      'caveats',
      'disclosure',
      'threads',
      'overdue',
      'incidents',
      'reports',
      'pending',
      'watch',
      'sources',
      'groups',
    ];
  }
  private of(part: Part): { refresh: () => Promise<void>; clear: () => void } {
    return this[part];
  }
  private async load(): Promise<void> {
    this.touched = 'all';
    await Promise.all(this.parts().map((part) => (part === 'intents' ? this.fetchIntents() : this.of(part).refresh())));
    this.loaded = true;
    milestone('world');
  }
  private async loadLines(): Promise<unknown> {
    const asked = performance.now();
    const lines = await this.client.get('/v1/lines');
    clock.learn(lines.now_ms, asked, performance.now(), lines.clock_rate ?? 1);
    return lines;
  }
  private async ofPicture(load: () => Promise<readonly unknown[]>): Promise<readonly unknown[]> {
    try {
      return await load();
    } catch (thrown) {
      if (asProblem(thrown).status === 404) return [];
      throw thrown;
    }
  }

  private gather(parts: readonly Part[]): void {
    for (const part of parts) this.gathered.add(part);
    this.gathering ??= setTimeout(() => this.fetchGathered(), GATHER_MS);
  }
  private fetchGathered(): void {
    this.gathering = undefined;
    const parts = this.gathered;
    this.gathered = new Set();
    if (parts.delete('intents')) void this.fetchIntents();
    for (const part of parts) void this.of(part).refresh();
  }
  /** One after the other: an older answer must not replace a newer one. */
  private fetchIntents(): Promise<void> {
    this.intentsBusy = this.intentsBusy.then(() => this.fetchTouched());
    return this.intentsBusy;
  }
  private async fetchTouched(): Promise<void> {
    const touched = this.touched;
    this.touched = new Set();
    // The one before it in the line has taken what it was for.
    if (touched !== 'all' && touched.size === 0) return;
    // Where the list failed it is tried again by itself: beside that nothing is looked at singly.
    if (touched === 'all' || touched.size > SINGLY_MAX || this.intents.state !== 'ready') return this.intents.refresh();
    const ids = [...touched];
    try {
      const found = await Promise.all(ids.map((id) => this.intent(id)));
      // It may be one of those that are told without a name: only the list has them.
      if (ids.some((id, i) => found[i] === undefined && this.intents.get(id) === undefined))
        return await this.intents.refresh();
      const live = found.filter((intent): intent is Intent => intent !== undefined && intent.state !== 'ended');
      const gone = ids.filter((id) => !live.some((intent) => intent.id === id));
      this.intents.change(live, gone);
    } catch {
      await this.intents.refresh();
    }
  }
  private async intent(id: string): Promise<Intent | undefined> {
    try {
      return await this.client.get('/v1/intents/{id}', { path: { id } });
    } catch (thrown) {
      if (asProblem(thrown).status === 404) return undefined;
      throw thrown;
    }
  }

  private take({ type, data }: ServerEvent): void {
    const slash = type.indexOf('/');
    const [source, name] = [type.slice(0, slash), type.slice(slash + 1)];
    if (source === 'live') this.takeLive(name, data);
    else if (source === 'record') this.takeEntry(data);
    else if (source === 'talks') this.takeTalk(name, data);
    else if (type === 'stream/begin') this.noPicture = (JSON.parse(data) as { live: string }).live === 'none';
  }
  private takeLive(type: string, data: string): void {
    if (type === 'reset') {
      this.tracks.clear();
      this.alerts.begin();
    } else if (type === 'tracks') {
      const of = JSON.parse(data) as { gone?: number[]; tracks?: Track[] };
      this.tracks.take(of.tracks ?? [], of.gone ?? []);
    } else if (type === 'alert') {
      const of = JSON.parse(data) as { alert: Alert; event: AlertEvent };
      this.alerts.take(of.alert, of.event);
    }
  }
  private takeEntry(data: string): void {
    const entry = JSON.parse(data) as { type: string; seq?: number };
    for (const listener of this.entryListeners) listener(entry, entry.seq ?? 0);
    const parts = affected(entry.type);
    if (parts.length === 0) return;
    if (parts.includes('intents') && this.touched !== 'all') {
      const ids = intentsOf(entry);
      if (ids === undefined) this.touched = 'all';
      else for (const id of ids) this.touched.add(id);
    }
    this.gather(parts);
  }
  private takeTalk(type: string, data: string): void {
    const of = JSON.parse(data) as Omit<TalkEvent, 'type'>;
    for (const listener of this.talkListeners) listener({ ...of, type });
    this.refresh(...affected(`${type}.`));
  }
}

export const world = new World();
/** Features ask it before they show what a session may not do. */
export const may = (scope: string | undefined): boolean => session.may(scope);
