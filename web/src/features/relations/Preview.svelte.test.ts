import { flushSync, mount, unmount } from 'svelte';
import { expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import { Problem } from '../../api/problem';
import type { EdgeLevel } from './model';
import Preview from './Preview.svelte';

it('says of a former choice nothing: neither while it asks, nor where the node does not answer', async () => {
  vi.useFakeTimers();
  const ask = vi.spyOn(api, 'raw').mockResolvedValue({ status: 200, body: { lines: [{ text: 'fr sees ru' }] } });
  const props = $state<{ edges: EdgeLevel[] }>({ edges: [] });
  const shown = mount(Preview, { target: document.body, props });
  flushSync();
  await vi.advanceTimersByTimeAsync(1_000);
  flushSync();
  const list = document.querySelector('ul');
  expect(list?.textContent).toContain('fr sees ru');
  expect(list?.classList).not.toContain('old');
  ask.mockRejectedValue(new Problem({ status: 503, title: 'not now' }));
  props.edges = [{ edge: { capability: 'tracks', domain: 'air', from: 'fr', to: 'ru' }, level: 1 }];
  flushSync();
  expect(list?.classList).toContain('old');
  await vi.advanceTimersByTimeAsync(1_000);
  flushSync();
  expect(list?.classList).toContain('old');
  await unmount(shown);
  vi.useRealTimers();
});
