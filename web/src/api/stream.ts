// The node's stream of server-sent events, for as long as it is wanted.
//
//   const stream = new Stream({ path: '/v1/stream', onEvent, onChange });
//   stream.start();
//
// By fetch and not EventSource: it can say why it ended, and is cut when nothing was heard for longer than the node's
// comments are apart, or does not answer for so long. It comes back by itself, after ever longer waits with a random part, at
// once when the machine wakes or the network is back, behind the last event that it had; where the node knows that one no more, from now on.
import { Problem, problemOf } from './problem';
import { SseParser, type ServerEvent } from './sse';

export type StreamState = 'stopped' | 'connecting' | 'live' | 'waiting';

export interface StreamOptions {
  path: string;
  onEvent: (event: ServerEvent) => void;
  /** The state is another, or the problem. */
  onChange?: (state: StreamState, problem: Problem | undefined) => void;
  /** The session is over: nothing is tried any more. */
  onUnauthenticated?: () => void;
  send?: typeof fetch;
}

/** The node comments every 15 s. */
const SILENT_MS = 40_000;
/** What has not begun by then is swallowed somewhere: without a sign of that, the browser would wait for minutes. */
const CONNECT_MS = 20_000;
const TICK_MS = 2_000;
/** A tick that is so late was slept through. */
const SLEPT_MS = 12_000;
const WAIT_MS_MIN = 400;
const WAIT_MS_MAX = 15_000;

/** How long to wait before try `n` (from 0); `random` in [0, 1). */
export function waitMs(n: number, random: number): number {
  const most = Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** Math.min(n, 10));
  return Math.round(most / 2 + (most / 2) * random);
}

export class Stream {
  state: StreamState = 'stopped';
  problem: Problem | undefined;
  /** When something was heard last, by performance.now(); undefined: never. */
  heard: number | undefined;
  /** When it was asked for last. */
  private asked = 0;
  private lastId = '';
  private tries = 0;
  private abort: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ticker: ReturnType<typeof setInterval> | undefined;
  private ticked = 0;
  private readonly hurry = ({ type }: Event): void => {
    // What was asked for while there was no network may hang.
    if (this.state === 'waiting' || (this.state === 'connecting' && type === 'online')) this.connect();
  };

  constructor(private readonly options: StreamOptions) {}

  start(): void {
    if (this.state !== 'stopped') return;
    this.ticked = performance.now();
    this.ticker = setInterval(() => this.tick(), TICK_MS);
    window.addEventListener('online', this.hurry);
    document.addEventListener('visibilitychange', this.hurry);
    this.connect();
  }

  stop(): void {
    clearInterval(this.ticker);
    window.removeEventListener('online', this.hurry);
    document.removeEventListener('visibilitychange', this.hurry);
    clearTimeout(this.timer);
    this.change('stopped', undefined);
    this.abort?.abort();
    this.abort = undefined;
  }

  /** Cuts it, and begins again at once. */
  again(): void {
    if (this.state === 'stopped') return;
    this.tries = 0;
    this.connect();
  }

  private tick(): void {
    const now = performance.now();
    const late = now - this.ticked - TICK_MS;
    this.ticked = now;
    const silent = this.state === 'live' && this.heard !== undefined && now - this.heard > SILENT_MS;
    if (late > SLEPT_MS || silent) this.again();
    else if (this.state === 'connecting' && now - this.asked > CONNECT_MS) this.abort?.abort();
  }

  private change(state: StreamState, problem: Problem | undefined): void {
    if (this.state === state && this.problem === problem) return;
    this.state = state;
    this.problem = problem;
    this.options.onChange?.(state, problem);
  }

  private connect(): void {
    clearTimeout(this.timer);
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.asked = performance.now();
    this.change('connecting', this.problem);
    void this.read(abort).then(
      (problem) => this.ended(abort, problem),
      (thrown: unknown) =>
        this.ended(
          abort,
          thrown instanceof Problem
            ? thrown
            : new Problem({ status: 0, slug: 'unreachable', title: 'The stream broke off.' }),
        ),
    );
  }

  private ended(abort: AbortController, problem: Problem): void {
    if (this.abort !== abort || this.state === 'stopped') return;
    if (problem.status === 401) {
      this.stop();
      this.options.onUnauthenticated?.();
      return;
    }
    // There is no such place there any more: it was set up anew, or from an older backup.
    if (problem.status === 400) this.lastId = '';
    this.change('waiting', problem);
    this.timer = setTimeout(
      () => this.connect(),
      Math.max(waitMs(this.tries++, Math.random()), problem.retryAfterMs ?? 0),
    );
  }

  private async read(abort: AbortController): Promise<Problem> {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (this.lastId !== '') headers['Last-Event-ID'] = this.lastId;
    const send = this.options.send ?? fetch;
    const answer = await send(this.options.path, {
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: abort.signal,
    });
    if (!answer.ok || answer.body === null)
      return problemOf(answer.status, await answer.text(), answer.headers.get('Retry-After'));
    this.heard = performance.now();
    this.change('live', undefined);
    const parser = new SseParser();
    parser.lastId = this.lastId;
    const decoder = new TextDecoder();
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return new Problem({ status: 0, slug: 'ended', title: 'The node has ended the stream.' });
      this.heard = performance.now();
      this.tries = 0;
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (abort.signal.aborted) return new Problem({ status: 0, title: 'aborted' });
        this.lastId = event.id;
        this.options.onEvent(event);
      }
    }
  }
}
