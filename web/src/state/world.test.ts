import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Client } from '../api/client';
import { World } from './world.svelte';

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
/** A node that answers when the test says so. */
class Node {
  readonly waiting: { path: string; answer: (body: unknown, status?: number) => Promise<void> }[] = [];
  readonly client = new Client('', (input) => {
    const path = String(input).split('?')[0] ?? '';
    return new Promise((resolve) => {
      this.waiting.push({
        path,
        answer: async (body, status) => {
          resolve(json(body, status));
          await vi.advanceTimersByTimeAsync(0);
        },
      });
    });
  });
  next(): { path: string; answer: (body: unknown, status?: number) => Promise<void> } {
    const next = this.waiting.shift();
    if (next === undefined) throw new Error('nothing is asked');
    return next;
  }
}
interface Inner {
  takeEntry(data: string): void;
}
const changed = async (world: World, id: string): Promise<void> => {
  (world as unknown as Inner).takeEntry(JSON.stringify({ type: 'intent.change', request: { intent: id } }));
  await vi.advanceTimersByTimeAsync(1_000);
};
const intent = (version: number) => ({ id: 'a', version, state: 'accepted' });

describe('intents', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A world of intents alone. */
  async function begin(): Promise<{ node: Node; world: World }> {
    const node = new Node();
    const world = new World(node.client);
    const parts = ['caveats', 'disclosure'] as const;
    for (const part of parts) vi.spyOn(world[part], 'refresh').mockResolvedValue(undefined);
    world.refresh('intents');
    await vi.advanceTimersByTimeAsync(1_000);
    await node.next().answer({ intents: [] });
    return { node, world };
  }

  it('are not set back by a list that was asked for before', async () => {
    const { node, world } = await begin();
    world.refresh('intents');
    await vi.advanceTimersByTimeAsync(1_000);
    const list = node.next();
    await changed(world, 'a');
    // The one is asked for when the list is here.
    expect(node.waiting).toHaveLength(0);
    await list.answer({ intents: [intent(1)] });
    const one = node.next();
    expect(one.path).toBe('/v1/intents/a');
    await one.answer(intent(2));
    expect(world.intents.get('a')?.version).toBe(2);
    expect(node.waiting).toHaveLength(0);
  });
  it('are not set back by an earlier look at the same', async () => {
    const { node, world } = await begin();
    await changed(world, 'a');
    const first = node.next();
    await changed(world, 'a');
    await changed(world, 'a');
    expect(node.waiting).toHaveLength(0);
    await first.answer(intent(1));
    await node.next().answer(intent(3));
    // What changed twice meanwhile is looked at once.
    expect(node.waiting).toHaveLength(0);
    expect(world.intents.get('a')?.version).toBe(3);
  });
  it('that change ever again while the node is slow are looked at singly, each time', async () => {
    const { node, world } = await begin();
    const told = (id: string): void =>
      (world as unknown as Inner).takeEntry(JSON.stringify({ type: 'intent.change', request: { intent: id } }));
    told('a');
    await vi.advanceTimersByTimeAsync(200);
    const first = node.next();
    told('b');
    await vi.advanceTimersByTimeAsync(200);
    // It comes while another waits in the line, which takes it along.
    told('c');
    await first.answer(intent(1));
    await vi.advanceTimersByTimeAsync(200);
    const asked: string[] = [];
    while (node.waiting.length > 0) {
      const { path, answer } = node.next();
      asked.push(path);
      await answer({ ...intent(1), id: path.slice(-1) });
    }
    expect(asked).toEqual(['/v1/intents/b', '/v1/intents/c']);
  });
  it('that are told without a name come and go with the list', async () => {
    const { node, world } = await begin();
    await changed(world, 'secret');
    await node.next().answer({ title: 'no', type: '/problems/not-found' }, 404);
    await node.next().answer({ intents: [{ disclosure: 'busy' }] });
    expect(world.intents.size).toBe(1);
    await changed(world, 'secret');
    await node.next().answer({ title: 'no', type: '/problems/not-found' }, 404);
    await node.next().answer({ intents: [] });
    expect(world.intents.size).toBe(0);
  });
  it('are looked at as a list as long as that fails', async () => {
    const { node, world } = await begin();
    world.refresh('intents');
    await vi.advanceTimersByTimeAsync(1_000);
    await node.next().answer({ title: 'busy' }, 503);
    await vi.advanceTimersByTimeAsync(4_000);
    const retry = node.next();
    await changed(world, 'a');
    expect(node.waiting).toHaveLength(0);
    await retry.answer({ intents: [intent(1)] });
    await node.next().answer({ intents: [intent(2)] });
    expect(world.intents.get('a')?.version).toBe(2);
    expect(node.waiting).toHaveLength(0);
  });
  it('that are gone are dropped without the list', async () => {
    const { node, world } = await begin();
    await changed(world, 'a');
    await node.next().answer(intent(1));
    await changed(world, 'a');
    await node.next().answer({ title: 'no', type: '/problems/not-found' }, 404);
    expect([world.intents.size, node.waiting.length]).toEqual([0, 0]);
  });
});
