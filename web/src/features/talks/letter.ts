// A message before it is sent: out of what was typed, the letter of the act `talk.send`. Pure.
import type { Language } from '../../i18n/messages';
import { parseTime } from '../../i18n/time';
import { bytesOf, type PartRead } from '../../parts/parts';
import type { Precedence } from '../../state/threads.svelte';
import { canonical, readBlank, type BlankContext, type Typed } from './blanks';
import type { Template } from './catalogue';

export type Needs = 'received' | 'read' | 'answer';
export type Echelon = 'centres' | 'chiefs' | 'ministries';
export const PRECEDENCES: readonly Precedence[] = ['routine', 'priority', 'immediate', 'stop'];
export const NEEDS: readonly Needs[] = ['received', 'read', 'answer'];
export const ECHELONS: readonly Echelon[] = ['centres', 'chiefs', 'ministries'];

export interface AttachmentRow {
  bytes: number;
  media_type: string;
  name: string;
  sha256: string;
}
export interface LetterOf {
  recipients: readonly string[];
  opener: string;
  self: string;
  thread: string;
  text: string;
  language: Language;
  translates: string | undefined;
  template: Template | undefined;
  blanks: Readonly<Record<string, Typed>>;
  parts: readonly PartRead[];
  attachments: readonly AttachmentRow[];
  precedence: Precedence;
  needs: Needs;
  /** As typed; empty: by the precedence. */
  due: string;
  echelon: Echelon;
  re: string | undefined;
  context: BlankContext;
}
export interface Letter {
  attachments?: AttachmentRow[];
  due_ms?: number;
  echelon: Echelon;
  needs: Needs;
  opener?: string;
  parts: Record<string, unknown>[];
  precedence: Precedence;
  re?: string;
  recipients: string[];
  thread: string;
}
/** What is missing or wrong, each by where it stands. */
export type LetterRead = { letter: Letter } | { errors: Readonly<Record<string, string>> };

const TEXT_BYTES_MAX = 8_000;
/** How long a receipt is waited for where nobody says: minutes. */
export const DUE_MINUTES: Record<Precedence, number> = { routine: 60, priority: 15, immediate: 5, stop: 2 };

export function readLetter(of: LetterOf): LetterRead {
  const errors: Record<string, string> = {};
  const parts: Record<string, unknown>[] = [];
  if (of.recipients.length === 0) errors['recipients'] = 'talks.wrong.recipients';
  if (of.template !== undefined) {
    const values: { name: string; value: string }[] = [];
    for (const blank of of.template.blanks) {
      const read = readBlank(blank.type, of.blanks[blank.name] ?? '', of.context);
      if ('error' in read) errors[`blank.${blank.name}`] = read.error;
      else values.push({ name: blank.name, value: canonical(read.value) });
    }
    parts.push({ template: { id: String(of.template.number), values, version: of.template.version } });
  }
  const text = of.text.trim();
  if (bytesOf(text) > TEXT_BYTES_MAX) errors['text'] = 'talks.wrong.long';
  if (text !== '')
    parts.push({
      text: { language: of.language, text, ...(of.translates === undefined ? {} : { translates: of.translates }) },
    });
  for (const [i, read] of of.parts.entries()) {
    if ('part' in read) parts.push(read.part);
    else errors[`part.${String(i)}`] = read.error;
  }
  if (parts.length === 0 && of.attachments.length === 0) errors['text'] = 'talks.wrong.nothing';
  else if (parts.length === 0) errors['text'] = 'talks.wrong.words';
  const due = dueOf(of);
  if (due === 'wrong') errors['due'] = 'talks.wrong.time';
  else if (due !== undefined && due <= of.context.now) errors['due'] = 'talks.wrong.past';
  if (Object.keys(errors).length > 0 || due === 'wrong') return { errors };
  return {
    letter: {
      ...(of.attachments.length === 0 ? {} : { attachments: [...of.attachments] }),
      ...(due === undefined ? {} : { due_ms: due }),
      echelon: of.echelon,
      needs: needsOf(of),
      ...(of.opener === of.self ? {} : { opener: of.opener }),
      parts,
      precedence: of.precedence,
      ...(of.re === undefined ? {} : { re: of.re }),
      recipients: [...of.recipients].sort(),
      thread: of.thread,
    },
  };
}
/** A STOP is taken by a person. */
export const needsOf = (of: Pick<LetterOf, 'precedence' | 'needs'>): Needs =>
  of.precedence === 'stop' && of.needs === 'received' ? 'read' : of.needs;

function dueOf(of: LetterOf): number | undefined | 'wrong' {
  const text = of.due.trim();
  if (text !== '') return parseTime(text, of.context.now, of.context.now) ?? 'wrong';
  // A STOP is given one by the node.
  if (of.precedence === 'stop' || needsOf(of) === 'received') return undefined;
  return of.context.now + DUE_MINUTES[of.precedence] * 60_000;
}
