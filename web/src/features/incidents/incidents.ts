// Incidents: what each side says and held, what it had been told then, and what our side may do. Pure.
import type { Volume } from '../../api/documents';
import type { Finding, QueryPart, ShownPart, TalkMessage } from '../../state/threads.svelte';

export const STATES = ['open', 'answered', 'disputed', 'closed'] as const;
export type SideState = (typeof STATES)[number];
export const HELD_KINDS = [
  'alert',
  'checkpoint',
  'entry',
  'message',
  'recording',
  'report',
  'tracks',
  'other',
] as const;
export type HeldKind = (typeof HELD_KINDS)[number];
export interface Held {
  kind: HeldKind;
  sha256: string;
  text: string;
}
export interface Knew {
  author: string;
  content: string;
  /** 0: the opening. */
  statement: number;
}
export interface Statement {
  held?: Held[];
  knew?: Knew[];
  parts?: Record<string, unknown>[];
  version: number;
}
export interface Side {
  party: string;
  state: SideState;
  since_ms?: number;
  /** Why it stands so, as written; and harmless. */
  text: string;
  shown: string;
  statement?: Statement;
  statements?: { content: string; entry: string; time_ms: number }[];
  words?: ShownPart[];
}
/** As GET /v1/incidents/{opener}/{id} has it. */
export interface IncidentDoc {
  incident: string;
  opener: string;
  over: boolean;
  shown: string;
  time_ms: number;
  content?: string;
  opened?: {
    alert?: string;
    message?: string;
    parties: string[];
    place?: Volume[];
    title: string;
    window: { start_ms: number; end_ms: number };
  };
  sides: Side[];
}

/** What a side says that it had been told, against what was told here: the same, something else, or nothing to compare with. */
export type KnewCheck = 'same' | 'differs' | 'unknown';
export function checkKnew(knew: Knew, doc: IncidentDoc): KnewCheck {
  const here =
    knew.statement === 0
      ? knew.author === doc.opener
        ? doc.content
        : undefined
      : doc.sides.find((side) => side.party === knew.author)?.statements?.[knew.statement - 1]?.content;
  if (here === undefined) return 'unknown';
  return here === knew.content ? 'same' : 'differs';
}
/** What had been said before by others, and this side had not read when it spoke. */
export function unreadThen(side: Side, doc: IncidentDoc): { author: string; statement: number }[] {
  const said = side.statements?.at(-1)?.time_ms;
  if (said === undefined) return [];
  return doc.sides.flatMap((other) => {
    if (other.party === side.party) return [];
    const had = Math.max(
      0,
      ...(side.statement?.knew ?? []).filter((k) => k.author === other.party).map((k) => k.statement),
    );
    const before = (other.statements ?? []).filter((mark) => mark.time_ms < said).length;
    return before > had ? [{ author: other.party, statement: before }] : [];
  });
}

/** Where our side may go: who has said nothing can only leave it open, and nobody moves to where he is. */
export function movesOf(side: Side | undefined): SideState[] {
  if (side === undefined) return [];
  const spoken = (side.statements?.length ?? 0) > 0;
  return STATES.filter((state) => state !== side.state && (spoken || state === 'open'));
}
export const mayState = (side: Side | undefined): boolean => side !== undefined && side.state !== 'closed';

/** An answer to *whose is it?*, that belongs to what happened. */
export interface Asked {
  content: string;
  from: string;
  query: QueryPart;
  answers: { who: string; finding: Finding | undefined; source: string | undefined; words: string }[];
  waits: string[];
}
export function askedIn(
  messages: readonly TalkMessage[],
  self: string,
  window: { start_ms: number; end_ms: number },
  slackMs = 3_600_000,
): Asked[] {
  const out: Asked[] = [];
  for (const message of messages) {
    const query = message.parts?.find((p) => 'query' in p.part)?.part['query'] as QueryPart | undefined;
    if (query === undefined || query.at_ms < window.start_ms - slackMs || query.at_ms > window.end_ms + slackMs)
      continue;
    if (out.some((asked) => asked.content === message.content)) continue;
    const answers: Asked['answers'] = [];
    const waits: string[] = [];
    const words = (parts: readonly ShownPart[] | undefined): string =>
      (parts ?? [])
        .map((p) => p.shown ?? '')
        .join(' ')
        .trim();
    for (const sent of message.sent ?? []) {
      if (sent.answer === undefined) waits.push(sent.peer);
      else
        answers.push({
          who: sent.peer,
          finding: sent.answer.finding,
          source: sent.answer.source,
          words: words(sent.answer.parts),
        });
    }
    if (message.here?.answer !== undefined)
      answers.push({
        who: self,
        finding: message.here.answer.finding,
        source: message.here.answer.source,
        words: words(message.here.answer.parts),
      });
    else if (message.here !== undefined) waits.push(self);
    out.push({ content: message.content, from: message.from, query, answers, waits });
  }
  return out.sort((a, b) => a.query.at_ms - b.query.at_ms);
}

/** What the window is asked with. */
export interface CreateArg {
  alert?: string;
  message?: string;
  parties?: string[];
  title?: string;
  at_ms?: number;
  window?: { start_ms: number; end_ms: number };
  place?: Volume[];
}
export type IncidentArg =
  { of: 'list' } | { of: 'one'; opener: string; incident: string } | { of: 'create'; create: CreateArg };
export function readArg(arg: unknown): IncidentArg {
  if (typeof arg !== 'object' || arg === null) return { of: 'list' };
  const of = arg as Record<string, unknown>;
  if (typeof of['opener'] === 'string' && typeof of['incident'] === 'string')
    return { of: 'one', opener: of['opener'], incident: of['incident'] };
  if (typeof of['create'] === 'object' && of['create'] !== null)
    return { of: 'create', create: of['create'] as CreateArg };
  return { of: 'list' };
}
/** Of an alert, in a line: `Conflict predicted: MIRAGE1 – EAGLE21`. */
export function alertTitle(kind: string, craft: readonly string[], object: string | undefined, detail: string): string {
  const of = [craft.join(' – '), object ?? ''].filter((word) => word !== '').join(', ');
  return [of === '' ? kind : `${kind}: ${of}`, detail]
    .filter((word) => word !== '')
    .join('. ')
    .slice(0, 200);
}
export const incidentId = (now: number): string => `i-${new Date(now).toISOString().slice(2, 19).replace(/\D/g, '')}`;
/** How an outsider checks a bundle, on a machine without node and network. */
export const verifyCommands = (file: string, language: string): string[] => [
  `tansiq-verify ${file} --charter charter.note --language ${language}`,
  `tansiq verify ${file} --charter charter.note --language ${language}`,
];
