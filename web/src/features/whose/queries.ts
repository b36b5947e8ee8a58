// Queries in what has been said, the newest first. Pure.
import { partOf, type Answer, type QueryPart, type Receipt, type TalkMessage } from '../../state/threads.svelte';

export interface Side {
  who: string;
  /** How far it has come: ours, there; theirs, here. */
  receipt: Receipt;
  due_ms: number | undefined;
  answer: Answer | undefined;
  settled_ms: number | undefined;
}
export interface Query {
  key: string;
  opener: string;
  thread: string;
  from: string;
  mine: boolean;
  time_ms: number;
  query: QueryPart;
  sides: readonly Side[];
  /** Of another's: what is answered under. */
  hash: string | undefined;
}
export function queriesOf(
  threads: readonly { opener: string; thread: string; messages: readonly TalkMessage[] }[],
  self: string,
): Query[] {
  const found: Query[] = [];
  for (const { opener, thread, messages } of threads) {
    for (const message of messages) {
      const query = partOf<QueryPart>(message.parts, 'query');
      if (query === undefined) continue;
      const mine = message.from === self;
      found.push({
        key: `${opener}/${thread}/${message.content}`,
        opener,
        thread,
        from: message.from,
        mine,
        time_ms: message.time_ms,
        query,
        hash: message.here?.hash,
        sides: mine
          ? (message.sent ?? []).map((sent) => ({
              who: sent.peer,
              receipt: sent.receipt,
              due_ms: sent.due_ms,
              answer: sent.answer,
              settled_ms: sent.settled_ms,
            }))
          : [
              {
                who: self,
                receipt: message.here?.state ?? 'none',
                due_ms: message.due_ms,
                answer: message.here?.answer,
                settled_ms: message.here?.settled_ms,
              },
            ],
      });
    }
  }
  return found.sort((a, b) => b.time_ms - a.time_ms || (a.key < b.key ? -1 : 1));
}

export type Verdict = 'open' | 'mine' | 'several' | 'nobody' | 'partly';
/** What the answers say together. Two who both say mine are shown as that, never settled by the console. */
export function verdictOf(query: Query): Verdict {
  const claims = query.sides.filter((side) => side.answer?.finding === 'mine').length;
  if (claims > 1) return 'several';
  if (claims === 1) return 'mine';
  if (query.sides.every((side) => side.answer?.finding === 'not_mine')) return 'nobody';
  return query.sides.some((side) => side.answer === undefined && side.receipt !== 'refused') ? 'open' : 'partly';
}
