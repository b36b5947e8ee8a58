import { describe, expect, it } from 'vitest';

import type { Alert, Track } from '../../api/documents';
import type { Atlas } from './atlas';
import { TrackView } from './track-view';

const track = (id: number, of: Partial<Track> = {}): Track => ({
  id,
  label: `L${String(id)}`,
  domain: 'air',
  state: 'live',
  begun_ms: 0,
  last_ms: 0,
  time_ms: 1,
  quality: 9,
  on_ground: false,
  position: [340_000_000, 350_000_000],
  ...of,
});
const project = (x: number, y: number, _z: number, out: Float64Array): boolean => {
  out[0] = (x - 0.5) * 1_000;
  out[1] = (y - 0.3) * 1_000;
  return true;
};
function world(...tracks: Track[]): { view: TrackView; all: Map<number, Track> } {
  const all = new Map(tracks.map((t) => [t.id, t]));
  const atlas = { get: () => ({ u: 0, v: 0 }) } as unknown as Atlas;
  const view = new TrackView(
    atlas,
    () => '#102030',
    { figures: () => 'FL200', old: () => '0:45 old' },
    (id) => all.get(id),
  );
  view.dress(
    all.values(),
    { self: 'fr', air: new Set(), sea: new Set(), managerOf: () => 'fr:ops' },
    { air: true, sea: true },
    false,
  );
  return { view, all };
}
const alert = (of: Partial<Alert>): Alert => ({
  id: 1,
  kind: 'conflict',
  priority: 'alarm',
  state: 'unacknowledged',
  attention: 1,
  raised_ms: 0,
  changed_ms: 0,
  tracks: [1, 2],
  finding: { at_ms: 0, detail: '', now: false, where: [341_000_000, 351_000_000] },
  ...of,
});

describe('tracks on the map', () => {
  it('are counted by how they stand', () => {
    const { view, all } = world(track(1), track(2, { plan: { intent: 'x', confidence: 100, reason: 'address' } }));
    expect(view.counts).toMatchObject({ own: 1, unknown: 1 });
    all.set(1, track(1, { plan: { intent: 'x', confidence: 100, reason: 'address' } }));
    view.take({ reset: false, put: new Set([1]), gone: new Set() });
    expect(view.counts).toMatchObject({ own: 2, unknown: 0 });
    view.take({ reset: false, put: new Set(), gone: new Set([1, 9]) });
    expect(view.counts.own).toBe(1);
    view.take({ reset: true, put: new Set(), gone: new Set() });
    expect([view.counts.own, view.table.size]).toEqual([0, 0]);
  });
  it('say how old they are, and who is doubted', () => {
    const { view } = world(
      track(1, { state: 'coasting', call_sign: 'EAGLE', plan: { intent: 'x', confidence: 40, reason: 'place' } }),
    );
    const { labels, seen } = view.labels(project, 1_000, 1_000, true);
    expect(seen).toBe(1);
    expect(labels[0]?.lines).toEqual(['EAGLE ?', 'FL200', '0:45 old']);
  });
  it('are hidden by domain, and at another time than now', () => {
    const { view, all } = world(track(1), track(2, { domain: 'sea' }));
    view.dress(
      all.values(),
      { self: 'fr', air: new Set(), sea: new Set(), managerOf: () => undefined },
      { air: true, sea: false },
      false,
    );
    expect(view.table.ids).toEqual([1]);
    view.dress(
      all.values(),
      { self: 'fr', air: new Set(), sea: new Set(), managerOf: () => undefined },
      { air: true, sea: true },
      true,
    );
    view.take({ reset: false, put: new Set([1]), gone: new Set() });
    expect(view.table.size).toBe(0);
  });
  it('are joined at their closest approach, while that is to come', () => {
    const { view } = world(track(1), track(2, { position: [342_000_000, 350_000_000] }));
    view.mark(undefined, undefined, [alert({})]);
    expect(view.scene.links).toHaveLength(2);
    expect(view.scene.marks).toHaveLength(1);
    expect(view.labels(project, 1_000, 1_000, false).labels.map((l) => l.rank)).toEqual([10, 10]);
    view.mark(1, undefined, [alert({ over_ms: 5 })]);
    expect(view.scene.links).toEqual([]);
    expect(view.labels(project, 1_000, 1_000, false).labels.map((l) => l.rank)).toEqual([0, 40]);
  });
  it('say by whose hand they are marked: somebody waits for his own', () => {
    const { view } = world(track(1), track(2));
    expect(view.mark(1, undefined, [])).toBe('hand');
    expect(view.mark(1, 2, [])).toBe('hand');
    expect(view.mark(1, 2, [alert({})])).toBe('alerts');
    expect(view.mark(undefined, 2, [])).toBe('hand');
  });
  it('are found near the pointer', () => {
    const { view } = world(track(1), track(2, { position: [345_000_000, 350_000_000] }));
    const at = new Float64Array(2);
    project(view.table.x[0] ?? 0, view.table.y[0] ?? 0, 0, at);
    expect(view.hit((at[0] ?? 0) + 1, at[1] ?? 0, project)[0]).toBe(1);
    expect(view.hit(-500, -500, project)).toEqual([]);
  });
});
