import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { ServerEvent } from './sse';
import { Stream, waitMs } from './stream';

/** A node's stream that a test holds the other end of. */
class Line {
  calls: { lastId: string | undefined }[] = [];
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  status = 200;
  /** What is sent is swallowed: nothing comes back, no end either. */
  swallows = false;
  readonly send: typeof fetch = (_, init) => {
    this.calls.push({ lastId: (init?.headers as Record<string, string>)['Last-Event-ID'] });
    if (this.swallows)
      return new Promise((_resolve, reject) =>
        init?.signal?.addEventListener('abort', () => reject(new DOMException('cut', 'AbortError'))),
      );
    if (this.status !== 200) return Promise.resolve(new Response('{"title":"no"}', { status: this.status }));
    const body = new ReadableStream<Uint8Array>({ start: (c) => void (this.controller = c) });
    return Promise.resolve(new Response(body, { status: 200 }));
  };
  say(text: string): void {
    this.controller?.enqueue(new TextEncoder().encode(text));
  }
  cut(): void {
    this.controller?.close();
  }
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; ++i) await Promise.resolve();
};

describe('Stream', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('comes back behind the last event', async () => {
    const line = new Line();
    const events: ServerEvent[] = [];
    const stream = new Stream({ path: '/v1/stream', onEvent: (e) => events.push(e), send: line.send });
    stream.start();
    await settle();
    // The comment that it begins with is no event.
    line.say(': connected\n\nid: 41.40\nevent: x\ndata: 1\n\n');
    await settle();
    expect(stream.state).toBe('live');
    line.cut();
    await settle();
    expect(stream.state).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(line.calls).toEqual([{ lastId: undefined }, { lastId: '41.40' }]);
    expect(events).toHaveLength(1);
    stream.stop();
  });

  it('comes back behind it after a sleep', async () => {
    const line = new Line();
    const stream = new Stream({ path: '/v1/stream', onEvent: () => undefined, send: line.send });
    stream.start();
    await settle();
    line.say('id: 7.7\nevent: x\ndata: 1\n\nevent: live/reset\ndata: {}\n\n');
    await settle();
    // Timers stood still; the clock went on.
    const slept = performance.now() + 3_600_000;
    const spy = vi.spyOn(performance, 'now').mockReturnValue(slept);
    await vi.advanceTimersByTimeAsync(2_000);
    spy.mockRestore();
    expect(line.calls.at(-1)).toEqual({ lastId: '7.7' });
    expect(line.calls).toHaveLength(2);
    stream.stop();
  });

  it('begins from now on where the node knows the place no more', async () => {
    const line = new Line();
    const stream = new Stream({ path: '/v1/stream', onEvent: () => undefined, send: line.send });
    stream.start();
    await settle();
    line.say('id: 41.41\nevent: x\ndata: 1\n\n');
    await settle();
    line.status = 400;
    line.cut();
    await vi.advanceTimersByTimeAsync(1_000);
    line.status = 200;
    await vi.advanceTimersByTimeAsync(3_000);
    const ids = line.calls.map((call) => call.lastId);
    expect(ids.slice(0, 3)).toEqual([undefined, '41.41', undefined]);
    expect(ids.filter((id) => id !== undefined)).toHaveLength(1);
    stream.stop();
  });

  it('takes a silent stream for dead', async () => {
    const line = new Line();
    const stream = new Stream({ path: '/v1/stream', onEvent: () => undefined, send: line.send });
    stream.start();
    await settle();
    await vi.advanceTimersByTimeAsync(50_000);
    expect(line.calls.length).toBeGreaterThan(1);
    stream.stop();
  });

  it('cuts a try that nobody answers, and says that it is down', async () => {
    const line = new Line();
    const states: string[] = [];
    const stream = new Stream({
      path: '/v1/stream',
      onEvent: () => undefined,
      onChange: (state) => states.push(state),
      send: line.send,
    });
    stream.start();
    await settle();
    line.swallows = true;
    await vi.advanceTimersByTimeAsync(44_000);
    expect(states).toEqual(['connecting', 'live', 'connecting']);
    await vi.advanceTimersByTimeAsync(24_000);
    expect(states).toEqual(['connecting', 'live', 'connecting', 'waiting', 'connecting']);
    expect(stream.problem?.slug).toBe('unreachable');
    // The network is back: what hangs is of before.
    line.swallows = false;
    window.dispatchEvent(new Event('online'));
    await settle();
    expect(stream.state).toBe('live');
    stream.stop();
  });

  it('stops when the session is over', async () => {
    const line = new Line();
    line.status = 401;
    const out = vi.fn();
    const stream = new Stream({
      path: '/v1/stream',
      onEvent: () => undefined,
      onUnauthenticated: out,
      send: line.send,
    });
    stream.start();
    await settle();
    expect(out).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(line.calls).toHaveLength(1);
  });

  it('waits longer each time, to a bound', () => {
    expect(waitMs(0, 0)).toBe(200);
    expect(waitMs(0, 0.999)).toBeLessThanOrEqual(400);
    expect(waitMs(3, 0)).toBe(1600);
    expect(waitMs(50, 1)).toBe(15_000);
  });
});
