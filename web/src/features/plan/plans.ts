// Daily plans out of what has been said: versions, what changed between them, how they stand. Pure.
import type { PlanPart, TalkMessage } from '../../state/threads.svelte';
import { dateTimeGroup, parseTime } from '../../i18n/time';

export interface PlanVersion {
  plan: PlanPart;
  message: TalkMessage;
}
/** The plan of one day between two, of one that submits it. */
export interface DayPlan {
  key: string;
  /** Who submits it. */
  from: string;
  /** To whom it goes, or who is told. */
  peers: string[];
  opener: string;
  thread: string;
  /** 00:00Z of the day whose noon it holds. */
  day_ms: number;
  /** Rising. */
  versions: PlanVersion[];
}
export type Row = { call_sign: string; change: string; window: { start_ms: number; end_ms: number } };
export interface DiffRow {
  row: Row;
  kind: 'same' | 'added' | 'removed' | 'moved' | 'noted';
  /** Before it was moved. */
  before?: Row;
}
/** As GET /v1/talks/plans has it. */
export interface Standing {
  peer: string;
  day_ms: number;
  submit_by_ms: number;
  answer_by_ms: number;
  state: 'open' | 'missing' | 'submitted' | 'answered';
  submitter: 'us' | 'peer';
  overdue: boolean;
  rounds: number;
  version?: number;
  hash?: string;
}
const DAY = 86_400_000;
export const dayOf = (window: { start_ms: number; end_ms: number }): number =>
  Math.floor((window.start_ms + window.end_ms) / 2 / DAY) * DAY;
const partOfPlan = (message: TalkMessage): PlanPart | undefined =>
  message.parts?.find((p) => 'plan' in p.part)?.part['plan'] as PlanPart | undefined;

export function plansOf(
  threads: readonly { opener: string; thread: string; messages: readonly TalkMessage[] }[],
): DayPlan[] {
  const found = new Map<string, DayPlan>();
  for (const { opener, thread, messages } of threads)
    for (const message of messages) {
      const plan = partOfPlan(message);
      if (plan === undefined) continue;
      const day_ms = dayOf(plan.day);
      const key = `${message.from} ${[...message.recipients].sort().join(' ')} ${String(day_ms)}`;
      const of = found.get(key) ?? {
        key,
        from: message.from,
        peers: [...message.recipients],
        opener,
        thread,
        day_ms,
        versions: [],
      };
      of.versions.push({ plan, message });
      found.set(key, of);
    }
  for (const of of found.values())
    of.versions.sort((a, b) => a.plan.version - b.plan.version || a.message.time_ms - b.message.time_ms);
  return [...found.values()].sort((a, b) => b.day_ms - a.day_ms || (a.key < b.key ? -1 : 1));
}
export const rowsOf = (plan: PlanPart): Row[] =>
  (plan.flights ?? []).map((f) => ({ call_sign: f.call_sign, change: f.change ?? '', window: f.window }));

/** What became of each flight: by its call sign, and where one flies twice, in the order of time. */
export function diff(before: PlanPart | undefined, after: PlanPart): DiffRow[] {
  const old = before === undefined ? undefined : grouped(rowsOf(before));
  const out: DiffRow[] = [];
  for (const [sign, rows] of grouped(rowsOf(after))) {
    const was = old?.get(sign) ?? [];
    rows.forEach((row, i) => {
      const prior = was[i];
      if (old === undefined) out.push({ row, kind: row.change === '' ? 'same' : 'noted' });
      else if (prior === undefined) out.push({ row, kind: 'added' });
      else if (prior.window.start_ms !== row.window.start_ms || prior.window.end_ms !== row.window.end_ms)
        out.push({ row, kind: 'moved', before: prior });
      else out.push({ row, kind: row.change === '' || row.change === prior.change ? 'same' : 'noted' });
    });
    for (const row of was.slice(rows.length)) out.push({ row, kind: 'removed' });
    old?.delete(sign);
  }
  for (const rows of old?.values() ?? []) for (const row of rows) out.push({ row, kind: 'removed' });
  return out.sort(
    (a, b) => a.row.window.start_ms - b.row.window.start_ms || (a.row.call_sign < b.row.call_sign ? -1 : 1),
  );
}
function grouped(rows: readonly Row[]): Map<string, Row[]> {
  const out = new Map<string, Row[]>();
  for (const row of [...rows].sort((a, b) => a.window.start_ms - b.window.start_ms))
    out.set(row.call_sign, [...(out.get(row.call_sign) ?? []), row]);
  return out;
}

export type PlanState =
  | 'waits'
  | 'received'
  | 'read'
  | 'standby'
  | 'answered'
  | 'agreed'
  | 'disputed'
  | 'refused'
  | 'overdue'
  | 'toAnswer'
  | 'late';
export const PLAN_STATES: readonly PlanState[] = [
  'waits',
  'received',
  'read',
  'standby',
  'answered',
  'agreed',
  'disputed',
  'refused',
  'overdue',
  'toAnswer',
  'late',
];
/** How its newest version stands: at who is least far, where several are told. */
export function stateOf(of: DayPlan, now: number): PlanState {
  const message = of.versions.at(-1)?.message;
  if (message?.here !== undefined) {
    const kind = message.here.answer?.kind;
    if (kind !== undefined) return kind === 'agree' ? 'agreed' : kind === 'dispute' ? 'disputed' : 'answered';
    if (message.here.state === 'refused' || message.here.state === 'answered') return message.here.state;
    return message.due_ms !== undefined && message.due_ms < now ? 'late' : 'toAnswer';
  }
  const states = (message?.sent ?? []).map((sent): PlanState => {
    if (sent.answer !== undefined)
      return sent.answer.kind === 'agree' ? 'agreed' : sent.answer.kind === 'dispute' ? 'disputed' : 'answered';
    if (sent.alarm) return 'overdue';
    return sent.receipt === 'none' ? 'waits' : sent.receipt;
  });
  const order: readonly PlanState[] = [
    'refused',
    'disputed',
    'overdue',
    'waits',
    'received',
    'read',
    'standby',
    'answered',
    'agreed',
  ];
  return order.find((state) => states.includes(state)) ?? 'waits';
}

// Writing one ---------------------------------------------------------------------------------------------------------

export interface TypedRow {
  callSign: string;
  from: string;
  to: string;
  change: string;
}
export interface Typed {
  day_ms: number;
  submitBy: string;
  answerBy: string;
  version: number;
  rows: readonly TypedRow[];
}
export type PlanRead = { plan: PlanPart } | { errors: Readonly<Record<string, string>> };
export const FLIGHTS_MAX = 64;

export function readPlan(typed: Typed): PlanRead {
  const errors: Record<string, string> = {};
  const noon = typed.day_ms + DAY / 2;
  const before = typed.day_ms - DAY / 2;
  const submit = parseTime(typed.submitBy, before);
  const answer = parseTime(typed.answerBy, before);
  if (submit === undefined) errors['submitBy'] = 'plan.wrong.time';
  if (answer === undefined) errors['answerBy'] = 'plan.wrong.time';
  else if (submit !== undefined && answer < submit) errors['answerBy'] = 'plan.wrong.order';
  const flights: Row[] = [];
  for (const [i, row] of typed.rows.entries()) {
    const call_sign = row.callSign.trim();
    if (call_sign === '' && row.from.trim() === '' && row.to.trim() === '') continue;
    const start = parseTime(row.from, noon);
    const end = start === undefined ? undefined : endOf(row.to, start);
    if (call_sign === '') errors[`${String(i)}.callSign`] = 'plan.wrong.callSign';
    if (start === undefined) errors[`${String(i)}.from`] = 'plan.wrong.time';
    else if (end === undefined) errors[`${String(i)}.to`] = 'plan.wrong.time';
    else if (end <= start) errors[`${String(i)}.to`] = 'plan.wrong.order';
    else if (call_sign !== '')
      flights.push({ call_sign, change: row.change.trim(), window: { start_ms: start, end_ms: end } });
  }
  if (flights.length > FLIGHTS_MAX) errors['rows'] = 'plan.wrong.many';
  if (Object.keys(errors).length > 0 || submit === undefined || answer === undefined) return { errors };
  return {
    plan: {
      answer_by_ms: answer,
      day: { start_ms: typed.day_ms, end_ms: typed.day_ms + DAY },
      flights,
      submit_by_ms: submit,
      version: typed.version,
    },
  };
}
/** After the start: over midnight where it has to be. */
function endOf(text: string, start: number): number | undefined {
  const end = parseTime(text, start);
  const alone = /^\d{1,2}:?\d{2}Z?$/i.test(text.trim());
  return end !== undefined && alone && end <= start ? end + DAY : end;
}
/** As people type it. */
export const timeOfDay = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
/** A window as people type it: with the date where a time alone would be read as another day's. */
export function typedWindow({ start_ms, end_ms }: Row['window'], day_ms: number): { from: string; to: string } {
  const inDay = start_ms >= day_ms && start_ms < day_ms + DAY;
  return {
    from: inDay ? timeOfDay(start_ms) : dateTimeGroup(start_ms),
    to: inDay && end_ms - start_ms <= DAY ? timeOfDay(end_ms) : dateTimeGroup(end_ms),
  };
}
/** The day before at that time of day. */
export const dayBefore = (day_ms: number, ofDay: number): string =>
  `${new Date(day_ms - DAY).toISOString().slice(0, 10)}T${timeOfDay(ofDay)}Z`;
/** Answered by then; at the earliest in some minutes, where it comes late. */
export const dueOf = (plan: PlanPart, now: number): number => Math.max(plan.answer_by_ms, now + 15 * 60_000);
export const threadOf = (day_ms: number, peer: string): string =>
  `plan-${new Date(day_ms).toISOString().slice(0, 10).replace(/-/g, '')}-${peer}`;
