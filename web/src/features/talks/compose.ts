// What the window for writing is asked with. Pure.
import type { Precedence } from '../../state/threads.svelte';
import { PART_KINDS, type PartFields, type PartKind } from '../../parts/parts';
import { PRECEDENCES, type Needs, NEEDS } from './letter';

/** `windows.show('talks.compose', {...})`: to whom, in which thread, and what it begins with. All of it may be left out. */
export interface ComposeArg {
  peer?: string;
  recipients?: string[];
  opener?: string;
  thread?: string;
  /** Begins with the choice of a phrase. */
  pick?: boolean;
  /** `101.1`, with what is known of its blanks. */
  template?: string;
  blanks?: Record<string, string>;
  part?: PartKind;
  fields?: Partial<PartFields>;
  text?: string;
  precedence?: Precedence;
  needs?: Needs;
}
const word = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Whoever opens it: nothing of it is believed. */
export function readArg(arg: unknown): ComposeArg {
  if (typeof arg !== 'object' || arg === null) return {};
  const of = arg as Record<string, unknown>;
  const out: ComposeArg = {};
  const peer = word(of['peer']);
  if (peer !== undefined) out.peer = peer;
  if (Array.isArray(of['recipients']))
    out.recipients = of['recipients'].filter((r): r is string => typeof r === 'string');
  const opener = word(of['opener']);
  const thread = word(of['thread']);
  if (thread !== undefined) out.thread = thread;
  if (opener !== undefined) out.opener = opener;
  if (of['pick'] === true) out.pick = true;
  const template = word(of['template']);
  if (template !== undefined) out.template = template;
  if (typeof of['blanks'] === 'object' && of['blanks'] !== null) out.blanks = of['blanks'] as Record<string, string>;
  const part = PART_KINDS.find((kind) => kind === of['part']);
  if (part !== undefined) out.part = part;
  if (typeof of['fields'] === 'object' && of['fields'] !== null) out.fields = of['fields'] as Partial<PartFields>;
  const text = word(of['text']);
  if (text !== undefined) out.text = text;
  const precedence = PRECEDENCES.find((p) => p === of['precedence']);
  if (precedence !== undefined) out.precedence = precedence;
  const needs = NEEDS.find((n) => n === of['needs']);
  if (needs !== undefined) out.needs = needs;
  return out;
}
/** A thread id out of a subject: what the record takes. */
export function threadId(subject: string, now: number): string {
  const safe = subject
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .toLowerCase();
  const stamp = new Date(now).toISOString().slice(2, 16).replace(/\D/g, '');
  return safe === '' ? `t-${stamp}` : `${safe}-${stamp}`;
}
