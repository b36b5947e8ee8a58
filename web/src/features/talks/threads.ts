// What is shown of talks: counterparts with their marks, the messages of several threads in one line, states in words. Pure.
import type { Line, Thread } from '../../api/documents';
import type { Language } from '../../i18n/messages';
import { languageOf, textOf } from '../../parts/parts';
import type { Answer, Sent, TalkMessage } from '../../state/threads.svelte';
import type { Tone } from '../../ui';

export interface Counterpart {
  id: string;
  threads: readonly Thread[];
  unread: number;
  /** Messages of ours that nobody has answered in time. */
  alarms: number;
  /** What this side has to answer still, and what it owes that is late. */
  owed: number;
  late: number;
  changed_ms: number;
  line: Line | undefined;
}
export interface OwedLike {
  from: string;
  overdue?: boolean;
  needs?: unknown;
}
export const keyOfThread = (of: { opener: string; thread: string }): string => `${of.opener}/${of.thread}`;

/** One each that the charter names, in its order: tabs that move under the hand are pressed by mistake. */
export function counterpartsOf(
  authorities: readonly string[],
  self: string,
  threads: readonly Thread[],
  owed: readonly OwedLike[],
  lines: readonly Line[],
): Counterpart[] {
  return authorities
    .filter((id) => id !== self)
    .map((id) => {
      const own = threads.filter((thread) => thread.parties.includes(id));
      const due = owed.filter((row) => row.from === id && row.needs !== 'received');
      const late = due.filter((row) => row.overdue === true).length;
      return {
        id,
        threads: own,
        unread: own.reduce((n, thread) => n + thread.unread, 0),
        alarms: own.reduce((n, thread) => n + thread.alarms, 0),
        owed: due.filter((row) => row.needs === 'answer' && row.overdue !== true).length,
        late,
        changed_ms: Math.max(0, ...own.map((thread) => thread.changed_ms)),
        line: lines.find((line) => line.peer === id),
      };
    });
}

/** The threads that one looks into: what waits, and the newest. */
export function threadsShown(threads: readonly Thread[], max: number): Thread[] {
  const wants = (thread: Thread): boolean => thread.state !== 'settled';
  return [...threads].sort((a, b) => Number(wants(b)) - Number(wants(a)) || b.changed_ms - a.changed_ms).slice(0, max);
}
/** A conversation of two without another subject: where one speaks when no thread is chosen. */
export function homeThread(threads: readonly Thread[], self: string, peer: string): { opener: string; thread: string } {
  const general = threads
    .filter((thread) => thread.parties.length === 2 && /^talk-/.test(thread.thread))
    .sort((a, b) => b.changed_ms - a.changed_ms)[0];
  return general === undefined
    ? { opener: self, thread: `talk-${peer}` }
    : { opener: general.opener, thread: general.thread };
}

export interface Uttered {
  opener: string;
  thread: string;
  message: TalkMessage;
}
/** Several threads in the order of time. */
export function merged(of: readonly { opener: string; thread: string; messages: readonly TalkMessage[] }[]): Uttered[] {
  return of
    .flatMap(({ opener, thread, messages }) => messages.map((message) => ({ opener, thread, message })))
    .sort((a, b) => a.message.time_ms - b.message.time_ms || (a.message.content < b.message.content ? -1 : 1));
}

export const keyOfMessage = (of: TalkMessage): string => `${of.from} ${of.content} ${String(of.number)}`;
/** What stands before the newest page and not in it, then that page: nothing twice. */
export function withOlder(older: readonly TalkMessage[], page: readonly TalkMessage[]): readonly TalkMessage[] {
  const here = new Set(page.map(keyOfMessage));
  return [...older.filter((message) => !here.has(keyOfMessage(message))), ...page];
}
/**
 * What stands before the newest page once that is `now` and no longer `before`: what has fallen out of it too. Undefined: nothing
 * of it is left, and what lies between the two is not known.
 */
export function slid(
  older: readonly TalkMessage[],
  before: readonly TalkMessage[],
  now: readonly TalkMessage[],
): readonly TalkMessage[] | undefined {
  const here = new Set(now.map(keyOfMessage));
  const fallen = before.filter((message) => !here.has(keyOfMessage(message)));
  return fallen.length > 0 && fallen.length === before.length ? undefined : [...older, ...fallen];
}

/** Of our message at one recipient. */
export type SentMark =
  'waits' | 'received' | 'read' | 'standby' | 'answered' | 'agreed' | 'disputed' | 'refused' | 'turnedAway' | 'overdue';
export const SENT_MARKS: readonly SentMark[] = [
  'waits',
  'received',
  'read',
  'standby',
  'answered',
  'agreed',
  'disputed',
  'refused',
  'turnedAway',
  'overdue',
];
export function sentMark(sent: Sent): SentMark {
  if (sent.receipt === 'refused')
    return sent.refusal === 'officer' || sent.refusal === undefined ? 'refused' : 'turnedAway';
  if (sent.answer !== undefined)
    return sent.answer.kind === 'agree' ? 'agreed' : sent.answer.kind === 'dispute' ? 'disputed' : 'answered';
  if (sent.alarm) return 'overdue';
  return sent.receipt === 'none' ? 'waits' : sent.receipt === 'answered' ? 'answered' : sent.receipt;
}
export const toneOfMark: Record<SentMark, Tone> = {
  waits: 'plain',
  received: 'info',
  read: 'info',
  standby: 'caution',
  answered: 'good',
  agreed: 'good',
  disputed: 'warning',
  refused: 'warning',
  turnedAway: 'alarm',
  overdue: 'alarm',
};
/** What was answered to it, by whom. An agreement without words of theirs stands in its mark already. */
export interface Given {
  who: string;
  mark: 'answered' | 'agreed' | 'disputed';
  answer: Answer;
}
const MARK_OF = { answer: 'answered', agree: 'agreed', dispute: 'disputed' } as const;
export function answersOf(message: TalkMessage, self: string): Given[] {
  const of = (who: string, answer: Answer | undefined): Given[] =>
    answer === undefined ? [] : [{ who, mark: MARK_OF[answer.kind], answer }];
  return [
    ...(message.sent ?? [])
      .flatMap((sent) => of(sent.peer, sent.answer))
      .filter(({ answer }) => answer.finding !== undefined || (answer.parts?.length ?? 0) > 0),
    ...of(self, message.here?.answer),
  ];
}
/** When that came, by the other side's clock. */
export const markTime = (sent: Sent): number | undefined =>
  sent.receipts?.find((r) => r.kind === sent.receipt)?.time_ms;

/** Of a STOP: how long until somebody had it in hand; as long as nobody has, it goes on. */
export function stopElapsed(message: TalkMessage, now: number): number | undefined {
  if (message.stop === undefined) return undefined;
  return message.stop.taken ? message.stop.elapsed_ms : Math.max(0, now - message.time_ms);
}

export const toneOfPrecedence = {
  routine: 'plain',
  priority: 'caution',
  immediate: 'warning',
  stop: 'emergency',
} as const;

/** Another's message for which this side still owes something. */
export const waitsHere = (message: TalkMessage): boolean =>
  message.here !== undefined &&
  message.here.settled_ms === undefined &&
  message.here.state !== 'answered' &&
  message.here.state !== 'refused';
export const mayAnswer = (message: TalkMessage): boolean => waitsHere(message) && message.needs === 'answer';
/** Shown to an officer it is read; a STOP is taken by his own hand. */
export const readsByShowing = (message: TalkMessage): boolean =>
  message.here?.state === 'received' && message.precedence !== 'stop';

/** Translations of a message: of whom, and what is shown of them. */
export interface Translation {
  from: string;
  language: string;
  shown: string;
}
export function translationsIn(lines: readonly Uttered[]): Map<string, Translation[]> {
  const out = new Map<string, Translation[]>();
  for (const { message } of lines)
    for (const part of message.parts ?? []) {
      const text = textOf(part);
      if (text?.translates === undefined) continue;
      const list = out.get(text.translates) ?? [];
      list.push({ from: message.from, language: text.language, shown: part.shown ?? '' });
      out.set(text.translates, list);
    }
  return out;
}
/** The language that a counterpart writes in: of its newest words. */
export function speaks(lines: readonly Uttered[], peer: string): Language | undefined {
  for (const { message } of [...lines].reverse()) {
    if (message.from !== peer) continue;
    for (const part of message.parts ?? []) {
      const text = textOf(part);
      const language = text?.translates === undefined ? languageOf(text?.language) : undefined;
      if (language !== undefined) return language;
    }
  }
  return undefined;
}
