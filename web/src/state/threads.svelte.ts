// What is said in threads, fetched when somebody wants it and kept until the thread changes. And what others wait for here.
//
//   const stop = owed.start();                       // in a feature's `start`
//   owed.list                                        // what is owed, each with its message once that is here
import { untrack } from 'svelte';

import { api, type Client } from '../api/client';
import type { Band, PointE7 } from '../api/documents';
import { asProblem, type Problem } from '../api/problem';
import { i18n } from '../i18n/i18n.svelte';
import type { Language } from '../i18n/messages';
import { clock } from './clock.svelte';
import { may, world } from './world.svelte';

export type Precedence = 'routine' | 'priority' | 'immediate' | 'stop';
export type Receipt = 'none' | 'received' | 'read' | 'standby' | 'answered' | 'refused';
export type Finding = 'mine' | 'not_mine' | 'declined' | 'unknown';
/** One part: its kind, its members (docs/talks.md). */
export type TalkPart = Record<string, unknown>;
export interface ShownPart {
  part: TalkPart;
  /** Harmless, in the reader's language. */
  shown?: string;
  title?: string;
  trouble?: string;
}
export interface QueryPart {
  at_ms: number;
  lat_e7: number;
  lng_e7: number;
  text?: string;
  track?: string;
  band?: Band;
  asks?: string;
}
export interface PlanPart {
  answer_by_ms: number;
  submit_by_ms: number;
  version: number;
  day: { start_ms: number; end_ms: number };
  flights?: { call_sign: string; change?: string; window: { start_ms: number; end_ms: number } }[];
}
export interface Answer {
  kind: 'answer' | 'agree' | 'dispute';
  agreed?: string;
  finding?: Finding;
  parts?: ShownPart[];
  source?: string;
}
export interface Sent {
  peer: string;
  hash: string;
  state: string;
  receipt: Receipt;
  due_ms: number;
  receipts?: { kind: Receipt; time_ms: number }[];
  rounds: number;
  alarm: boolean;
  answer?: Answer;
  refusal?: string;
  settled_ms?: number;
  taken_ms?: number;
  /** From its receipt there to the first moment that the message names. */
  usable_ms?: number;
  waiting_ms?: number;
}
/** A file that a message names; fetched by the node. */
export interface TalkAttachment {
  name: string;
  shown?: string;
  media_type: string;
  bytes: number;
  sha256: string;
  state: 'wanted' | 'here' | 'refused' | 'gone';
  trouble?: string;
}
export interface TalkMessage {
  attachments?: TalkAttachment[];
  content: string;
  from: string;
  number: number;
  time_ms: number;
  precedence: Precedence;
  echelon: string;
  needs: 'received' | 'read' | 'answer';
  recipients: string[];
  parts?: ShownPart[];
  due_ms?: number;
  re?: string;
  moved?: { metres: number; name: string; shown?: string; earlier?: string }[];
  here?: {
    hash: string;
    state: Receipt;
    received_ms?: number;
    settled_ms?: number;
    usable_ms?: number;
    waiting_ms?: number;
    answer?: Answer;
  };
  sent?: Sent[];
  stop?: { taken: boolean; elapsed_ms?: number };
}
/** A row of what others wait for here. */
export interface OwedRow {
  hash: string;
  from: string;
  needs: 'received' | 'read' | 'answer';
  precedence: Precedence;
  state: Receipt;
  opener: string;
  thread: string;
  due_ms?: number;
  received_ms?: number;
  overdue?: boolean;
}
export interface OwedItem {
  row: OwedRow;
  message: TalkMessage | undefined;
  problem: Problem | undefined;
}

export const partOf = <T>(parts: readonly ShownPart[] | undefined, kind: string): T | undefined =>
  parts?.find((p) => kind in p.part)?.part[kind] as T | undefined;
export const placeOfQuery = (query: QueryPart): PointE7 => [query.lat_e7, query.lng_e7];

interface Kept {
  /** What it was fetched for: another one is fetched anew. */
  stamp: string;
  /** The how manieth asking it answers. */
  turn: number;
  messages: readonly TalkMessage[];
  more: boolean;
  problem: Problem | undefined;
}

/**
 * Which threads an event has touched. A receipt bears its author's time: where that clock is behind ours, the row of the thread
 * is as it was, and the thread is read anew for all that. What an event is about is found by the hash of the message; where that is
 * not known here, it may be any of them.
 */
class Touched {
  private rounds = $state.raw<ReadonlyMap<string, number>>(new Map());
  private all = $state(0);
  private readonly threadOf = new Map<string, string>();

  know(key: string, messages: readonly TalkMessage[]): void {
    for (const message of messages) {
      if (message.here !== undefined) this.threadOf.set(message.here.hash, key);
      for (const sent of message.sent ?? []) this.threadOf.set(sent.hash, key);
    }
  }
  note(entry: Record<string, unknown>): void {
    const body = (entry['body'] ?? {}) as { opener?: unknown; thread?: unknown; message?: unknown };
    const key =
      typeof body.opener === 'string' && typeof body.thread === 'string'
        ? `${body.opener}/${body.thread}`
        : typeof body.message === 'string'
          ? this.threadOf.get(body.message)
          : undefined;
    if (key === undefined) this.all += 1;
    else this.rounds = new Map([...this.rounds, [key, (this.rounds.get(key) ?? 0) + 1]]);
  }
  round(key: string): string {
    return `${String(this.all)}.${String(this.rounds.get(key) ?? 0)}`;
  }
}
const touched = new Touched();
world.onTalk(({ type, entry }) => {
  if (type === 'talk') touched.note(entry);
});

export class ThreadBook {
  private kept = $state.raw<ReadonlyMap<string, Kept>>(new Map());
  private readonly asked = new Map<string, string>();
  private readonly waiting: (() => Promise<void>)[] = [];
  private running = 0;
  private turns = 0;

  constructor(
    private readonly client: Client = api,
    private readonly language: () => Language = () => i18n.language,
    private readonly parallel = 3,
  ) {}

  /** What has been fetched of it, newest page, oldest first. */
  get(opener: string, thread: string): Kept | undefined {
    return this.kept.get(`${opener}/${thread}`);
  }
  /**
   * Sees to it that it is fetched as of `stamp`, whatever changes when the thread does; and anew with each event that touches it,
   * where it is asked for in an effect. Once for each stamp and language.
   */
  want(opener: string, thread: string, stamp: string): void {
    const key = `${opener}/${thread}`;
    const language = this.language();
    const whole = `${language} ${touched.round(key)} ${stamp}`;
    if (this.asked.get(key) === whole) return;
    this.asked.set(key, whole);
    const turn = ++this.turns;
    this.waiting.push(() => this.fetch(opener, thread, language, whole, turn));
    void this.next();
  }
  clear(): void {
    this.kept = new Map();
    this.asked.clear();
    this.waiting.length = 0;
  }
  private async next(): Promise<void> {
    if (this.running >= this.parallel) return;
    const work = this.waiting.shift();
    if (work === undefined) return;
    this.running += 1;
    await work();
    this.running -= 1;
    void this.next();
  }
  private async fetch(opener: string, thread: string, language: Language, stamp: string, turn: number): Promise<void> {
    const key = `${opener}/${thread}`;
    if (this.asked.get(key) !== stamp) return;
    const before = (): Kept | undefined => untrack(() => this.kept.get(key));
    // Forgotten meanwhile, or a later asking was answered first.
    const late = (): boolean => !this.asked.has(key) || (before()?.turn ?? 0) > turn;
    let next: Kept;
    try {
      const found = await this.client.get('/v1/talks/{opener}/{thread}', {
        path: { opener, thread },
        query: { language, limit: 200 },
      });
      const messages = found.messages as unknown as TalkMessage[];
      touched.know(key, messages);
      if (late()) return;
      next = { stamp, turn, messages, more: found.more, problem: undefined };
    } catch (thrown) {
      if (late()) return;
      next = { stamp, turn, messages: before()?.messages ?? [], more: false, problem: asProblem(thrown) };
      // Asked again, it is tried again.
      if (this.asked.get(key) === stamp) this.asked.delete(key);
    }
    this.kept = new Map([...untrack(() => this.kept), [key, next]]);
  }
}

export const threads = new ThreadBook();

class Owed {
  private users = 0;
  private end: (() => void) | undefined;
  readonly list: readonly OwedItem[] = $derived.by(() =>
    ((world.overdue.value?.owed ?? []) as unknown as OwedRow[]).map((row) => {
      const kept = threads.get(row.opener, row.thread);
      return { row, message: kept?.messages.find((m) => m.here?.hash === row.hash), problem: kept?.problem };
    }),
  );
  get(hash: string): OwedItem | undefined {
    return this.list.find((item) => item.row.hash === hash);
  }
  /** While somebody uses it, the threads in which something is owed are fetched. */
  start(): () => void {
    this.users += 1;
    this.end ??= $effect.root(() => {
      $effect(() => {
        if (!may('talks.read')) return;
        const stamps = new Map<string, string>();
        for (const row of (world.overdue.value?.owed ?? []) as unknown as OwedRow[]) {
          const key = JSON.stringify([row.opener, row.thread]);
          const changed = world.threads.get(`${row.opener}/${row.thread}`)?.changed_ms ?? 0;
          stamps.set(key, `${stamps.get(key) ?? String(changed)} ${row.hash.slice(0, 12)}:${row.state}`);
        }
        for (const [key, stamp] of stamps) {
          const [opener, thread] = JSON.parse(key) as [string, string];
          threads.want(opener, thread, stamp);
        }
      });
    });
    return () => {
      this.users -= 1;
      if (this.users > 0) return;
      this.end?.();
      this.end = undefined;
      threads.clear();
    };
  }
}
export const owed = new Owed();

/** Milliseconds until it is due; undefined: no time was given. */
export const dueIn = (due: number | undefined): number | undefined => (due === undefined ? undefined : due - clock.now);
