import { describe, expect, it } from 'vitest';

import type { Track } from '../api/documents';
import { TrackStore, type TrackChange } from './tracks.svelte';

const track = (id: number): Track => ({
  id,
  label: `T${id}`,
  domain: 'air',
  state: 'live',
  begun_ms: 0,
  last_ms: 0,
  time_ms: 0,
  quality: 9,
  on_ground: false,
});

describe('TrackStore', () => {
  it('tells all of a frame at once', () => {
    const frames: (() => void)[] = [];
    const store = new TrackStore((f) => frames.push(f));
    const seen: TrackChange[] = [];
    store.on((change) => seen.push(change));
    store.take([track(1), track(2)], []);
    store.take([track(2), track(3)], [1]);
    expect(frames).toHaveLength(1);
    frames.shift()?.();
    expect(seen).toEqual([{ reset: false, put: new Set([2, 3]), gone: new Set([1]) }]);
    expect([store.size, store.get(1)]).toEqual([2, undefined]);
  });

  it('forgets, and takes what follows', () => {
    const frames: (() => void)[] = [];
    const store = new TrackStore((f) => frames.push(f));
    store.take([track(1)], []);
    store.clear();
    store.take([track(5)], []);
    const seen: TrackChange[] = [];
    store.on((change) => seen.push(change));
    for (const f of frames) f();
    expect(seen[0]).toEqual({ reset: true, put: new Set([5]), gone: new Set() });
    expect([...store.all()].map((t) => t.id)).toEqual([5]);
  });

  it('moves its version seldom', () => {
    const frames: (() => void)[] = [];
    const store = new TrackStore((f) => frames.push(f));
    for (let i = 1; i <= 20; ++i) {
      store.take([track(i)], []);
      frames.shift()?.();
    }
    expect(store.version).toBeLessThanOrEqual(1);
  });
});
