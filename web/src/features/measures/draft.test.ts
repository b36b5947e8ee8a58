import { describe, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import type { Volume } from '../../api/documents';
import { Problem } from '../../api/problem';
import { clock } from '../../state/clock.svelte';
import { MeasureDraft } from './draft.svelte';

const circle = (lat: number): Volume => ({
  outline: { circle: { centre: [lat, 352_000_000], radius_cm: 1_000_000 } },
  window: { start_ms: 1e12, end_ms: 1e12 + 3_600_000 },
});
const lost = new Problem({ status: 0, title: 'no answer' });
function written(): MeasureDraft {
  const draft = new MeasureDraft();
  draft.begin();
  draft.zone = 'K1';
  draft.volumes[0]?.set(circle(343_000_000));
  return draft;
}

describe('a measure that is published', () => {
  it('is the same one again after a lost answer, whenever that is', async () => {
    const put = vi.spyOn(api, 'put').mockRejectedValue(lost);
    const draft = written();
    expect(await draft.file()).toBe(false);
    clock.now += 120_000;
    put.mockResolvedValue({} as never);
    expect(await draft.file()).toBe(true);
    expect(put.mock.calls[1]).toEqual(put.mock.calls[0]);
  });
  it('is another command with another outline, by the same id', async () => {
    const put = vi.spyOn(api, 'put').mockRejectedValue(lost);
    const draft = written();
    await draft.file();
    // By now another id would be proposed.
    clock.now += 120_000;
    draft.volumes[0]?.setOutline(circle(344_000_000).outline);
    await draft.file();
    const [first, second] = put.mock.calls.map((call) => call[1] as { path: unknown; body: { command_id: string } });
    expect(second?.path).toEqual(first?.path);
    expect(second?.body.command_id).not.toBe(first?.body.command_id);
  });
  it('is renewed once the node has said no', async () => {
    const put = vi.spyOn(api, 'put').mockRejectedValue(new Problem({ status: 409, title: 'No' }));
    const draft = written();
    await draft.file();
    expect(draft.id).toBe('');
    await draft.file();
    const [first, second] = put.mock.calls.map((call) => call[1] as { body: { command_id: string } });
    expect(second?.body.command_id).not.toBe(first?.body.command_id);
  });
});

describe('whom a measure touches', () => {
  it('is not said of a former outline', async () => {
    vi.useFakeTimers();
    vi.spyOn(api, 'post').mockResolvedValue({ intents: [] });
    const draft = new MeasureDraft();
    draft.look([circle(343_000_000)]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(draft.touched).toEqual([]);
    draft.look([circle(343_000_000)]);
    expect(draft.touched).toEqual([]);
    draft.look([circle(344_000_000)]);
    expect(draft.touched).toBeUndefined();
    draft.stop();
    vi.useRealTimers();
  });
});
