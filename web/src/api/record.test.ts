import { describe, expect, it } from 'vitest';

import { endOfRecord, searchRecord } from './record';

/** A node with so many entries; the stream stays open behind the last, and begins nowhere behind it. */
const node =
  (count: number): typeof fetch =>
  (input, init) => {
    const after = Number(new URL(String(input), 'http://x').searchParams.get('after'));
    if (after >= count)
      return Promise.resolve(
        new Response(
          `{"type":"/problems/invalid","status":400,"title":"","detail":"the next one is ${String(count)}"}`,
          {
            status: 400,
            headers: { 'Content-Type': 'application/problem+json' },
          },
        ),
      );
    const lines: string[] = [];
    for (let id = after + 1; id < count && lines.length < 1_000; id += 1)
      lines.push(`id: ${String(id)}\ndata: {"type":"t.${id % 2 === 0 ? 'even' : 'odd'}","time_ms":${String(id)}}\n\n`);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(lines.join('')));
        init?.signal?.addEventListener('abort', () => controller.error(new DOMException('aborted', 'AbortError')));
      },
    });
    return Promise.resolve(new Response(body, { status: 200 }));
  };

describe('the record', () => {
  it('is searched to its end', async () => {
    const found = await searchRecord({
      after: 0,
      most: 100,
      wanted: (e) => e.type === 't.even',
      signal: new AbortController().signal,
      send: node(9),
    });
    expect(found).toMatchObject({ looked: 8, cut: false });
    expect(found.entries.map((e) => e.id)).toEqual([2, 4, 6, 8]);
  });
  it('is searched no further than asked', async () => {
    const found = await searchRecord({
      after: 0,
      most: 3,
      wanted: () => true,
      signal: new AbortController().signal,
      send: node(9),
    });
    expect(found).toMatchObject({ looked: 3, cut: true });
  });
  it('says what the node says', async () => {
    const send: typeof fetch = () => Promise.resolve(new Response('{"title":"no","status":403}', { status: 403 }));
    await expect(
      searchRecord({ after: 0, most: 3, wanted: () => true, signal: new AbortController().signal, send }),
    ).rejects.toMatchObject({ status: 403 });
  });
  it('has an end that is found', async () => {
    const end = await endOfRecord(new AbortController().signal, node(3_000));
    expect(end).toBeGreaterThanOrEqual(2_999);
    expect(end).toBeLessThan(3_400);
  }, 20_000);
});
