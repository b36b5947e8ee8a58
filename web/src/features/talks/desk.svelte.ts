// What the panel of talks shows: whom, which thread, in which languages; what has been read; drafts.
import { untrack } from 'svelte';

import { act } from '../../api/act';
import { api } from '../../api/client';
import { asProblem, type Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { LANGUAGES, type Language } from '../../i18n/messages';
import { free } from '../../parts/part-draft.svelte';
import { clock } from '../../state/clock.svelte';
import { ThreadBook, type TalkMessage } from '../../state/threads.svelte';
import { may, world } from '../../state/world.svelte';
import { view, type Ref } from '../../view/view.svelte';
import { Draft } from './draft.svelte';
import {
  counterpartsOf,
  homeThread,
  keyOfThread,
  merged,
  slid,
  speaks,
  threadsShown,
  translationsIn,
  withOlder,
  type Counterpart,
  type Uttered,
} from './threads';

const THREADS_SHOWN = 12;
const STORED = 'tansiq.talks.languages';
/** Nobody has touched the console for so long: what it shows is shown to nobody. */
const ALONE_MS = 5 * 60_000;
const READ_AGAIN_MS = 10_000;

class TalksDesk {
  /** Whose tab is open; empty: the first. */
  chosen = $state('');
  /** `opener/thread`; empty: all with that counterpart. */
  thread = $state('');
  /** The content hash of the message that one has in hand. */
  selected = $state('');
  /** In which languages counterparts read, where somebody has said it. */
  private said = $state.raw<Readonly<Record<string, Language | 'none'>>>({});
  private older = $state.raw<ReadonlyMap<string, readonly TalkMessage[]>>(new Map());
  /** The newest page as it was, to see what falls out of it. */
  private readonly pages = new Map<string, readonly TalkMessage[]>();
  private exhausted = $state.raw<ReadonlySet<string>>(new Set());
  /** Where one types. */
  textField = $state.raw<HTMLTextAreaElement | undefined>(undefined);
  readProblem = $state.raw<Problem | undefined>(undefined);
  /** The threads in each language that somebody here reads. */
  private readonly books: Readonly<Record<Language, ThreadBook>> = {
    ar: new ThreadBook(api, () => 'ar'),
    en: new ThreadBook(api, () => 'en'),
    fr: new ThreadBook(api, () => 'fr'),
    ru: new ThreadBook(api, () => 'ru'),
  };
  private readonly drafts = new Map<string, Draft>();
  private readonly reading = new Set<string>();
  private touched = 0;
  /** Rises when what is in view is to be shown anew: somebody is here again, or the node did not hear that it was read. */
  looks = $state(0);
  /** What was selected elsewhere and has been opened here. */
  private followed: Ref | undefined;

  readonly counterparts: readonly Counterpart[] = $derived.by(() =>
    counterpartsOf(
      world.charter.value?.authorities.map((a) => a.id) ?? world.peers.value?.peers.map((p) => p.id) ?? [],
      world.self,
      world.threads.list,
      (world.overdue.value?.owed ?? []) as { from: string; overdue?: boolean; needs?: unknown }[],
      world.lines.value?.lines ?? [],
    ),
  );
  readonly peer: Counterpart | undefined = $derived(
    this.counterparts.find((c) => c.id === this.chosen) ?? this.counterparts[0],
  );
  readonly shown = $derived.by(() => {
    const all = this.peer?.threads ?? [];
    const one = all.filter((thread) => keyOfThread(thread) === this.thread);
    return one.length > 0 ? one : threadsShown(all, THREADS_SHOWN);
  });
  readonly kept = $derived(this.shown.map((of) => ({ of, kept: this.books[i18n.language].get(of.opener, of.thread) })));
  readonly lines: readonly Uttered[] = $derived(
    merged(
      this.kept.map(({ of, kept }) => ({
        opener: of.opener,
        thread: of.thread,
        messages: withOlder(this.older.get(`${i18n.language} ${keyOfThread(of)}`) ?? [], kept?.messages ?? []),
      })),
    ),
  );
  readonly loading: boolean = $derived(this.kept.some(({ kept }) => kept === undefined));
  readonly problem: Problem | undefined = $derived(
    this.kept.find(({ kept }) => kept?.problem !== undefined)?.kept?.problem,
  );
  readonly more: boolean = $derived(
    this.kept.some(({ of, kept }) => kept?.more === true && !this.exhausted.has(keyOfThread(of))),
  );
  /** The counterpart's language, where it is another than one's own and known. */
  readonly theirs: Language | undefined = $derived.by(() => {
    const language = this.languageOf(this.peer?.id ?? '');
    return language === i18n.language ? undefined : language;
  });
  readonly translations = $derived(translationsIn(this.lines));
  private readonly inTheirs: ReadonlyMap<string, TalkMessage> = $derived.by(() => {
    const language = this.theirs;
    const out = new Map<string, TalkMessage>();
    if (language === undefined) return out;
    for (const of of this.shown) {
      const all = [
        ...(this.older.get(`${language} ${keyOfThread(of)}`) ?? []),
        ...(this.books[language].get(of.opener, of.thread)?.messages ?? []),
      ];
      for (const message of all) out.set(`${message.from} ${message.content}`, message);
    }
    return out;
  });

  /** The same message as its counterpart reads it. */
  theirReading(message: TalkMessage): TalkMessage | undefined {
    return this.inTheirs.get(`${message.from} ${message.content}`);
  }
  languageOf(peer: string): Language | undefined {
    const said = this.said[peer];
    return said === 'none' ? undefined : (said ?? speaks(this.lines, peer));
  }
  saidOf(peer: string): Language | 'none' | 'auto' {
    return this.said[peer] ?? 'auto';
  }
  say(peer: string, language: Language | 'none' | 'auto'): void {
    const next: Record<string, Language | 'none'> = { ...this.said };
    delete next[peer];
    if (language !== 'auto') next[peer] = language;
    this.said = next;
    try {
      localStorage.setItem(STORED, JSON.stringify(next));
    } catch {
      // Holds until the page is left.
    }
  }

  open(peer: string, thread = ''): void {
    this.chosen = peer;
    this.thread = thread;
  }
  /** Where one writes now. */
  draft(): Draft | undefined {
    const peer = this.peer;
    if (peer === undefined || world.self === '') return undefined;
    const one = this.shown.find((thread) => keyOfThread(thread) === this.thread);
    const at = one ?? homeThread(peer.threads, world.self, peer.id);
    const usual = one?.parties.filter((party) => party !== world.self) ?? [peer.id];
    const draft = this.draftIn(at.opener, at.thread, usual);
    untrack(() => draft.speakTo(usual));
    return draft;
  }
  /** The one of that thread, whatever stands in it already. */
  draftIn(opener: string, thread: string, usual: readonly string[]): Draft {
    const key = `${opener}/${thread}`;
    const found = this.drafts.get(key) ?? untrack(() => free(() => new Draft(opener, thread, usual)));
    this.drafts.set(key, found);
    return found;
  }

  /** Shown to a person for long enough: it is read, and its author is told so. */
  async read(hash: string): Promise<void> {
    if (!may('talks.write') || this.reading.has(hash) || this.alone) return;
    this.reading.add(hash);
    try {
      await act('talk.read', { message: hash }, `read-${hash.slice(0, 32)}`);
      this.readProblem = undefined;
      world.refresh('overdue', 'threads');
    } catch (thrown) {
      const problem = (this.readProblem = asProblem(thrown));
      const again = (): void => {
        this.reading.delete(hash);
        // What the node refuses it refuses again: not by itself, but with the next look.
        if (problem.unsure || problem.retryAfterMs !== undefined) this.looks += 1;
      };
      setTimeout(again, Math.max(READ_AGAIN_MS, problem.retryAfterMs ?? 0));
    }
  }
  private get alone(): boolean {
    return performance.now() - this.touched > ALONE_MS;
  }
  private setOlder(at: string, messages: readonly TalkMessage[]): void {
    this.older = new Map([...this.older, [at, messages]]);
  }
  /** The newest page is another: what stood in it joins what stands before it, where that was fetched. */
  private turnPage(key: string, language: Language, now: readonly TalkMessage[]): void {
    const at = `${language} ${key}`;
    const before = this.pages.get(at) ?? [];
    this.pages.set(at, now);
    const older = this.older.get(at);
    if (older === undefined || before === now) return;
    const next = slid(older, before, now);
    if (next !== undefined) {
      this.setOlder(at, next);
      return;
    }
    // It is fetched again from there, page by page.
    this.older = new Map([...this.older].filter(([of]) => of !== at));
    this.exhausted = new Set([...this.exhausted].filter((of) => of !== key));
  }
  /** The page before, of each thread that has one. */
  async fetchOlder(): Promise<void> {
    for (const { of, kept } of this.kept) {
      const key = keyOfThread(of);
      const oldest = this.older.get(`${i18n.language} ${key}`)?.[0] ?? kept?.messages[0];
      if (kept?.more !== true || this.exhausted.has(key) || oldest === undefined) continue;
      for (const language of this.theirs === undefined ? [i18n.language] : [i18n.language, this.theirs]) {
        const at = `${language} ${key}`;
        // From now on nothing gets lost between, though the newest page slides on meanwhile.
        this.setOlder(at, this.older.get(at) ?? []);
        const page = await api.get('/v1/talks/{opener}/{thread}', {
          path: { opener: of.opener, thread: of.thread },
          query: { language, limit: 200, before_ms: oldest.time_ms },
        });
        this.setOlder(at, [...(page.messages as unknown as TalkMessage[]), ...(this.older.get(at) ?? [])]);
        if (!page.more) this.exhausted = new Set([...this.exhausted, key]);
      }
    }
  }

  start(): () => void {
    try {
      const stored = JSON.parse(localStorage.getItem(STORED) ?? '{}') as Record<string, unknown>;
      this.said = Object.fromEntries(
        Object.entries(stored).filter((row): row is [string, Language | 'none'] =>
          [...LANGUAGES, 'none'].some((l) => l === row[1]),
        ),
      );
    } catch {
      // Chosen anew.
    }
    const touch = (): void => {
      // Who goes on working does not begin to look anew with each key.
      if (this.alone) this.looks += 1;
      this.touched = performance.now();
    };
    const look = (): void => void (this.looks += 1);
    touch();
    window.addEventListener('pointerdown', touch);
    window.addEventListener('keydown', touch);
    document.addEventListener('visibilitychange', look);
    const end = $effect.root(() => {
      $effect(() => {
        for (const of of this.shown) {
          // What is still on its way changes without a word in the thread.
          const waits =
            this.books[i18n.language]
              .get(of.opener, of.thread)
              ?.messages.some((m) => m.attachments?.some((a) => a.state === 'wanted')) === true;
          const stamp = `${String(of.changed_ms)} ${of.state} ${String(of.messages)}${waits ? ` ${String(Math.floor(clock.now / 10_000))}` : ''}`;
          this.books[i18n.language].want(of.opener, of.thread, stamp);
          if (this.theirs !== undefined) this.books[this.theirs].want(of.opener, of.thread, stamp);
        }
      });
      $effect(() => {
        for (const { opener, thread } of this.shown)
          for (const language of LANGUAGES) {
            const page = this.books[language].get(opener, thread);
            if (page !== undefined) untrack(() => this.turnPage(`${opener}/${thread}`, language, page.messages));
          }
      });
      $effect(() => {
        const ref = view.selected;
        if (ref === this.followed) return;
        if (ref?.kind !== 'thread' && ref?.kind !== 'peer') {
          this.followed = ref;
          return;
        }
        const peer =
          ref.kind === 'peer' ? ref.id : world.threads.get(ref.id)?.parties.find((party) => party !== world.self);
        if (peer === undefined) return;
        this.followed = ref;
        this.open(peer, ref.kind === 'peer' ? '' : ref.id);
      });
    });
    return () => {
      end();
      window.removeEventListener('pointerdown', touch);
      window.removeEventListener('keydown', touch);
      document.removeEventListener('visibilitychange', look);
      for (const language of LANGUAGES) this.books[language].clear();
      this.drafts.clear();
      this.older = new Map();
      this.pages.clear();
      this.exhausted = new Set();
      this.reading.clear();
      this.chosen = '';
      this.thread = '';
      this.selected = '';
    };
  }
}
export const desk = new TalksDesk();
