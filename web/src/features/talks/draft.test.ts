import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Draft } from './draft.svelte';

beforeEach(() => {
  sessionStorage.clear();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const stored = (): string => new Draft('fr', 'line', ['us']).text;

it('is kept within half a second, also while somebody goes on typing', () => {
  const draft = new Draft('fr', 'line', ['us']);
  for (const text of ['W', 'Wh', 'Who']) {
    draft.text = text;
    draft.keep();
    vi.advanceTimersByTime(200);
  }
  expect(stored()).toBe('Who');
});
it('is kept before the page goes, and is gone when it was sent', () => {
  const draft = new Draft('fr', 'line', ['us']);
  draft.text = 'Who is that?';
  draft.keep();
  expect(stored()).toBe('');
  dispatchEvent(new Event('pagehide'));
  expect(stored()).toBe('Who is that?');
  draft.text = '';
  draft.keep();
  vi.runAllTimers();
  expect(stored()).toBe('');
});
