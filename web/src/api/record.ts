// Looks through the record for the entries of one thing. The stream of entries starts anywhere, and `id` is the place in the
// node's local order: entries of peers are among them, each with the number that its author gave it.
import { problemOf, Problem } from './problem';
import { SseParser } from './sse';

export interface RecordEntry {
  /** In this node's local order. */
  id: number;
  type: string;
  time_ms: number;
  by?: string;
  second?: string;
  entry: Record<string, unknown>;
}
export interface Search {
  /** Begin behind this entry. */
  after: number;
  wanted: (entry: Record<string, unknown> & { type: string }) => boolean;
  /** Entries looked at, at most. */
  most: number;
  signal: AbortSignal;
  onprogress?: (looked: number) => void;
  send?: typeof fetch;
}
export interface Found {
  entries: RecordEntry[];
  looked: number;
  /** The end of the record was not reached. */
  cut: boolean;
}

/** So long after the last entry there is none. */
const QUIET_MS = 800;

/** Entries as they come, until nothing comes any more, `most` are read, or `take` says no. */
async function read(
  after: number,
  signal: AbortSignal,
  send: typeof fetch,
  take: (id: number, data: string) => boolean,
): Promise<'quiet' | 'taken'> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  signal.addEventListener('abort', stop, { once: true });
  let timer = setTimeout(stop, QUIET_MS * 4);
  try {
    const answer = await send(`/v1/events?after=${String(after)}`, {
      headers: { Accept: 'text/event-stream' },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: abort.signal,
    });
    if (!answer.ok || answer.body === null) throw problemOf(answer.status, await answer.text());
    const parser = new SseParser();
    const decoder = new TextDecoder();
    const reader = answer.body.getReader();
    for (;;) {
      clearTimeout(timer);
      timer = setTimeout(stop, QUIET_MS);
      const { done, value } = await reader.read();
      if (done) return 'quiet';
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (!take(Number(event.id), event.data)) return 'taken';
      }
    }
  } catch (thrown) {
    if (signal.aborted || thrown instanceof Problem) throw thrown;
    // Nothing came for a while: that was all.
    if (abort.signal.aborted) return 'quiet';
    throw new Problem({ status: 0, slug: 'unreachable', title: 'The record could not be read.' });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** The place of the last entry, by asking for what is behind ever larger ones. */
export async function endOfRecord(signal: AbortSignal, send: typeof fetch = fetch): Promise<number> {
  let last = -1;
  const behind = async (after: number): Promise<boolean> => {
    let found = false;
    try {
      await read(after, signal, send, (id) => {
        found = true;
        last = Math.max(last, id);
        return false;
      });
    } catch (thrown) {
      // The node refuses to begin behind the end of its record.
      if (!(thrown instanceof Problem) || thrown.status !== 400) throw thrown;
    }
    return found;
  };
  if (!(await behind(0))) return last;
  let low = last;
  let high = Math.max(256, last * 2);
  while (await behind(high)) {
    low = high;
    high *= 2;
  }
  // Near is enough: whoever searches reads to the end anyhow.
  while (high - low > Math.max(64, low / 16)) {
    const middle = Math.floor((low + high) / 2);
    if (await behind(middle)) low = middle;
    else high = middle;
  }
  return high;
}

export async function searchRecord(of: Search): Promise<Found> {
  const entries: RecordEntry[] = [];
  let looked = 0;
  const end = await read(of.after, of.signal, of.send ?? fetch, (id, data) => {
    looked += 1;
    const entry = JSON.parse(data) as Record<string, unknown> & {
      type: string;
      time_ms: number;
      by?: string;
      second?: string;
    };
    if (of.wanted(entry)) {
      const { type, time_ms, by, second } = entry;
      entries.push({
        id,
        type,
        time_ms,
        entry,
        ...(by === undefined ? {} : { by }),
        ...(second === undefined ? {} : { second }),
      });
    }
    if (looked % 500 === 0) of.onprogress?.(looked);
    return looked < of.most;
  });
  return { entries, looked, cut: end === 'taken' };
}
