import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { clock } from '../../state/clock.svelte';
import { view } from '../../view/view.svelte';
import { Player } from './player.svelte';

describe('letting time pass', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    view.moment = undefined;
  });
  afterEach(() => vi.useRealTimers());

  it('goes ahead at its speed, until it is stopped', () => {
    const player = new Player();
    player.play();
    const begun = view.moment ?? 0;
    vi.advanceTimersByTime(1_000);
    expect((view.moment ?? 0) - begun).toBe(60_000);
    player.toggle();
    vi.advanceTimersByTime(1_000);
    expect((view.moment ?? 0) - begun).toBe(60_000);
  });
  it('comes out of the past to now, and ends', () => {
    const player = new Player();
    view.moment = clock.now - 30_000;
    player.play();
    vi.advanceTimersByTime(2_000);
    expect([view.moment, player.playing]).toEqual([undefined, false]);
  });
});
