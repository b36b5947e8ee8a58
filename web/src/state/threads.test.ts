import { describe, expect, it, vi } from 'vitest';

import { Client } from '../api/client';
import { partOf, ThreadBook } from './threads.svelte';
import { world } from './world.svelte';

function book(answers: Record<string, unknown>): { book: ThreadBook; asked: string[] } {
  const asked: string[] = [];
  const client = new Client('', (input) => {
    const url = String(input);
    asked.push(url);
    const body = answers[url.split('?')[0] ?? ''];
    return Promise.resolve(
      body === undefined
        ? new Response('{"title":"no","type":"/problems/not-found"}', { status: 404 })
        : new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } }),
    );
  });
  return { book: new ThreadBook(client, () => 'fr'), asked };
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('the book of threads', () => {
  it('fetches a thread once for what it is wanted for, in the language of the reader', async () => {
    const { book: threads, asked } = book({ '/v1/talks/us/t1': { messages: [{ content: 'c1' }], more: false } });
    threads.want('us', 't1', 'a');
    threads.want('us', 't1', 'a');
    await settled();
    expect(asked).toEqual(['/v1/talks/us/t1?language=fr&limit=200']);
    expect(threads.get('us', 't1')?.messages[0]?.content).toBe('c1');
    threads.want('us', 't1', 'b');
    await settled();
    expect(asked).toHaveLength(2);
  });
  it('keeps what it has when the node fails, says so, and tries again when asked again', async () => {
    const answers: Record<string, unknown> = { '/v1/talks/us/t1': { messages: [{ content: 'c1' }], more: false } };
    const { book: threads, asked } = book(answers);
    threads.want('us', 't1', 'a');
    await settled();
    delete answers['/v1/talks/us/t1'];
    threads.want('us', 't1', 'b');
    await settled();
    expect(threads.get('us', 't1')).toMatchObject({ messages: [{ content: 'c1' }], problem: { status: 404 } });
    threads.want('us', 't1', 'b');
    await settled();
    expect(asked).toHaveLength(3);
  });
  it('fetches anew what an event touches, though the row of the thread is as it was', async () => {
    vi.spyOn(world, 'refresh').mockReturnValue(undefined);
    const told = (body: object): void =>
      (world as unknown as { takeTalk(type: string, data: string): void }).takeTalk(
        'talk',
        JSON.stringify({ entry: { body } }),
      );
    const { book: threads, asked } = book({
      '/v1/talks/us/t1': { messages: [{ content: 'c1', sent: [{ hash: 'h1' }] }], more: false },
      '/v1/talks/us/t2': { messages: [{ content: 'c2', here: { hash: 'h2' } }], more: false },
    });
    const look = async (): Promise<string[]> => {
      asked.length = 0;
      threads.want('us', 't1', 'a');
      threads.want('us', 't2', 'a');
      await settled();
      return asked.map((url) => url.slice(10, 15));
    };
    expect(await look()).toEqual(['us/t1', 'us/t2']);
    expect(await look()).toEqual([]);
    told({ message: 'h1' });
    expect(await look()).toEqual(['us/t1']);
    told({ opener: 'us', thread: 't2' });
    expect(await look()).toEqual(['us/t2']);
    // Of what is not known here: it may be any of them.
    told({ message: 'h9' });
    expect(await look()).toEqual(['us/t1', 'us/t2']);
  });
  it('does not let an earlier answer stand above a later one', async () => {
    const answers: ((content: string, status?: number) => void)[] = [];
    const client = new Client(
      '',
      () =>
        new Promise((resolve) => {
          answers.push((content, status = 200) =>
            resolve(
              new Response(JSON.stringify({ messages: [{ content }], more: false }), {
                status,
                headers: { 'Content-Type': 'application/json' },
              }),
            ),
          );
        }),
    );
    const threads = new ThreadBook(client, () => 'fr');
    const shown = (): string | undefined => threads.get('us', 't1')?.messages[0]?.content;
    for (const stamp of ['a', 'b', 'c']) threads.want('us', 't1', stamp);
    // Better the one before than none.
    answers[0]?.('first');
    await settled();
    expect(shown()).toBe('first');
    answers[2]?.('third');
    await settled();
    answers[1]?.('second');
    await settled();
    expect(shown()).toBe('third');
    // Nor does its failure count.
    threads.want('us', 't1', 'd');
    threads.want('us', 't1', 'e');
    answers[4]?.('fifth');
    await settled();
    answers[3]?.('', 503);
    await settled();
    expect([shown(), threads.get('us', 't1')?.problem]).toEqual(['fifth', undefined]);
    threads.want('us', 't1', 'e');
    expect(answers).toHaveLength(5);
    // What was forgotten does not come back by itself.
    threads.want('us', 't1', 'f');
    threads.clear();
    answers[5]?.('sixth');
    await settled();
    expect(shown()).toBeUndefined();
  });
  it('asks for a few at a time', async () => {
    const { book: threads, asked } = book({});
    for (let i = 0; i < 9; ++i) threads.want('us', `t${String(i)}`, 'a');
    expect(asked.length).toBeLessThanOrEqual(3);
    await settled();
    expect(asked).toHaveLength(9);
  });
});

describe('parts', () => {
  it('are found by their kind', () => {
    const parts = [{ part: { text: { text: 'x' } } }, { part: { query: { at_ms: 5 } } }];
    expect(partOf<{ at_ms: number }>(parts, 'query')?.at_ms).toBe(5);
    expect(partOf(parts, 'plan')).toBeUndefined();
  });
});
