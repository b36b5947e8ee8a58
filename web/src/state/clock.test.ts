import { describe, expect, it } from 'vitest';

import { ClockEstimate } from './clock.svelte';

describe('ClockEstimate', () => {
  it('takes the middle of asking and hearing', () => {
    const of = new ClockEstimate();
    of.learn(1_000_000, 100, 300);
    expect(of.at(200)).toBe(1_000_000);
    expect(of.at(1200)).toBe(1_001_000);
  });

  it('does not move for what is within the delay of an answer', () => {
    const of = new ClockEstimate();
    of.learn(1_000_000, 0, 20);
    of.learn(1_001_080, 900, 1_100);
    expect(of.at(10)).toBe(1_000_000);
  });

  it('follows a clock that was set, and one that runs faster', () => {
    const set = new ClockEstimate();
    set.learn(1_000_000, 0, 0);
    set.learn(900_000, 1_000, 1_000);
    expect(set.at(1_500)).toBe(900_500);
    const fast = new ClockEstimate();
    fast.learn(0, 0, 0);
    fast.learn(60_000, 6_000, 6_000);
    expect(fast.speed).toBe(10);
    expect(fast.at(7_000)).toBe(70_000);
  });

  it('takes a sleep of this machine for a sleep, and not for a clock that runs faster', () => {
    const of = new ClockEstimate();
    of.learn(0, 0, 0);
    of.learn(10_000, 10_000, 10_000);
    of.woke();
    of.learn(28_820_000, 20_000, 20_000);
    expect(of.speed).toBe(1);
    expect(of.at(21_000)).toBe(28_821_000);
    of.learn(28_830_000, 30_000, 30_000);
    expect(of.speed).toBe(1);
  });
});
