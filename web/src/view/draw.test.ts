import { describe, expect, it, vi } from 'vitest';

import { Draw, placeOf, pointOutline } from './draw.svelte';

describe('drawing', () => {
  it('ends with what was drawn last, and tells on the way', async () => {
    const draw = new Draw();
    const onchange = vi.fn();
    const drawn = draw.start({ shape: 'point', onchange });
    draw.change(pointOutline([1, 2]));
    draw.change(undefined);
    draw.finish();
    expect(draw.asked).toBeDefined();
    draw.change(pointOutline([3, 4]));
    draw.finish();
    expect(placeOf((await drawn) ?? {})).toEqual([3, 4]);
    expect(onchange).toHaveBeenCalledTimes(2);
    expect(draw.asked).toBeUndefined();
  });
  it('is left for another', async () => {
    const draw = new Draw();
    const first = draw.start({ shape: 'circle' });
    void draw.start({ shape: 'polygon' });
    expect(await first).toBeUndefined();
    expect(draw.asked?.shape).toBe('polygon');
  });
  it('shows and hides by key', () => {
    const draw = new Draw();
    draw.show('a', [{ outline: pointOutline([0, 0]) }]);
    expect(draw.shown.get('a')).toHaveLength(1);
    draw.hide('a');
    expect(draw.shown.size).toBe(0);
  });
});
