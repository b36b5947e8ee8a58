import { describe, expect, it, vi } from 'vitest';

import type { Alert } from '../api/documents';
import { AlertStore, byUrgency } from './alerts.svelte';

const alert = (id: number, of: Partial<Alert> = {}): Alert => ({
  id,
  kind: 'conflict',
  priority: 'warning',
  state: 'unacknowledged',
  attention: 1,
  raised_ms: id,
  changed_ms: id,
  tracks: [],
  finding: { at_ms: 0, detail: '', now: false },
  ...of,
});

describe('AlertStore', () => {
  it('puts the most urgent first', () => {
    const list = [
      alert(1, { priority: 'caution' }),
      alert(2, { priority: 'alarm', state: 'acknowledged' }),
      alert(3),
      alert(4, { priority: 'emergency' }),
      alert(5),
    ];
    expect(list.sort(byUrgency).map((a) => a.id)).toEqual([4, 5, 3, 1, 2]);
  });

  it('says nothing twice when the stream begins anew', () => {
    const store = new AlertStore();
    const heard = vi.fn();
    store.on(heard);
    store.take(alert(1), 'raised');
    store.begin();
    expect(store.list).toEqual([]);
    store.take(alert(1), 'raised');
    expect(heard).toHaveBeenCalledTimes(1);
    store.take(alert(1, { attention: 2, changed_ms: 9 }), 'sounded');
    expect(heard).toHaveBeenCalledTimes(2);
    // Another picture numbers anew.
    store.begin();
    store.take(alert(1, { raised_ms: 77, changed_ms: 77 }), 'raised');
    expect(heard).toHaveBeenCalledTimes(3);
  });

  it('drops what is cleared, and counts what wants to be seen', () => {
    const store = new AlertStore();
    store.take(alert(1), 'raised');
    store.take(alert(2, { priority: 'caution' }), 'raised');
    expect(store.unseen.map((a) => a.id)).toEqual([1]);
    store.take(alert(1, { state: 'cleared' }), 'cleared');
    expect(store.list.map((a) => a.id)).toEqual([2]);
  });
});
