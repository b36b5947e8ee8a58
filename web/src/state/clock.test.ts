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

  it('follows a clock that was set', () => {
    const of = new ClockEstimate();
    of.learn(1_000_000, 0, 0);
    of.learn(900_000, 1_000, 1_000);
    expect(of.at(1_500)).toBe(900_500);
  });

  it('runs as fast as the node says that it does, from the first answer', () => {
    const of = new ClockEstimate();
    of.learn(0, 0, 0, 60);
    expect(of.speed).toBe(60);
    expect(of.at(100)).toBe(6_000);
    // The same node, started anew, without a simulation.
    of.learn(6_000, 100, 100);
    expect(of.speed).toBe(1);
    expect(of.at(200)).toBe(6_100);
  });

  it('takes a sleep of this machine for a sleep, and not for a clock that runs faster', () => {
    const of = new ClockEstimate();
    of.learn(0, 0, 0);
    of.learn(28_820_000, 20_000, 20_000);
    expect(of.at(21_000)).toBe(28_821_000);
  });
});
