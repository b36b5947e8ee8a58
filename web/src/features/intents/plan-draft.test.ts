import { describe, expect, it, vi } from 'vitest';
import { api } from '../../api/client';
import type { Volume } from '../../api/documents';
import { Problem } from '../../api/problem';
import { clock } from '../../state/clock.svelte';
import { PlanDraft } from './plan-draft.svelte';
import { unfinished } from './unfinished';

const volume: Volume = {
  band: { ref: 'fl', lower_cm: 609_600, upper_cm: 640_080 },
  outline: { circle: { centre: [343_500_001, 352_000_003], radius_cm: 1_000_001 } },
  window: { start_ms: 1e12, end_ms: 1e12 + 3_600_001 },
};
const template = { call_sign: 'HAWK5', domain: 'air' as const, volumes: [volume] };

describe('a plan that is written and not filed', () => {
  it('is untouched as it was begun, and touched by a letter', () => {
    const plan = new PlanDraft();
    expect(plan.touched).toBe(false);
    plan.start({ template });
    expect(plan.touched).toBe(false);
    plan.callSign = 'HAWK6';
    expect(plan.touched).toBe(true);
    plan.settle();
    expect(plan.touched).toBe(false);
  });
  it('comes back as it was: exactly what was drawn, and what was typed and cannot be read', () => {
    const plan = new PlanDraft();
    plan.start({ template });
    plan.add();
    const second = plan.volumes[1];
    if (second === undefined) throw new Error('no second volume');
    second.places = 'nowhere';
    const memo = JSON.parse(JSON.stringify(plan.memo())) as ReturnType<PlanDraft['memo']>;
    const again = new PlanDraft();
    again.restore(memo);
    expect(again.touched).toBe(true);
    expect(again.volumes[0]?.volume('air')?.outline).toEqual(volume.outline);
    expect(again.volumes[0]?.volume('air')?.window).toEqual(plan.volumes[0]?.volume('air')?.window);
    expect(again.volumes[1]?.places).toBe('nowhere');
    expect(again.volumes[1]?.outline).toHaveProperty('error');
    expect(again.callSign).toBe('HAWK5');
  });
  it('is handed out once', () => {
    const memo = new PlanDraft().memo();
    unfinished.keep(memo);
    expect(unfinished.take()).toBe(memo);
    expect(unfinished.take()).toBeUndefined();
  });
});

describe('a plan that is filed', () => {
  it('is the same one again after a lost answer, whenever that is', async () => {
    const put = vi.spyOn(api, 'put').mockRejectedValue(new Problem({ status: 0, title: 'no answer' }));
    const plan = new PlanDraft();
    plan.start({ template });
    expect(await plan.file()).toBeUndefined();
    clock.now += 120_000;
    expect(plan.id).not.toBe(plan.proposedId);
    put.mockResolvedValue({} as never);
    expect(await plan.file()).toMatchObject({ kind: 'intent' });
    expect(put.mock.calls[1]).toEqual(put.mock.calls[0]);
  });
  it('takes an id that is free by then, once the node has said no', async () => {
    vi.spyOn(api, 'put').mockRejectedValue(new Problem({ status: 409, title: 'No' }));
    const plan = new PlanDraft();
    plan.start({ template });
    await plan.file();
    expect(plan.id).toBe('');
  });
});
