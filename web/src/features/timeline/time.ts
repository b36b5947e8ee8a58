// The axis of time: from a day back to three days ahead.
import type { TimeWindow } from '../../api/documents';

export const HOUR = 3_600_000;
export const BACK_MS = 24 * HOUR;
export const AHEAD_MS = 72 * HOUR;
export const STEP_MS = 15 * 60_000;
/** Closer to now than this is now. */
export const NOW_MS = 30_000;
export const SPEEDS = [10, 60, 300, 1_800] as const;

export const clamp = (at: number, now: number): number => Math.max(now - BACK_MS, Math.min(now + AHEAD_MS, at));
/** A moment of the slider; undefined: now. */
export function moment(at: number, now: number): number | undefined {
  const within = clamp(at, now);
  return Math.abs(within - now) < NOW_MS ? undefined : within;
}
/** To the next whole step in a direction. */
export function step(at: number, by: 1 | -1, size = STEP_MS): number {
  const whole = Math.round(at / size) * size;
  return Math.abs(whole - at) < 1_000
    ? whole + by * size
    : by > 0
      ? Math.ceil(at / size) * size
      : Math.floor(at / size) * size;
}
/** How much is in force in each bin from `from` on. */
export function density(windows: Iterable<TimeWindow>, from: number, bins: number, size: number): number[] {
  const change = new Array<number>(bins + 1).fill(0);
  for (const { start_ms, end_ms } of windows) {
    const first = Math.max(0, Math.floor((start_ms - from) / size));
    const last = Math.min(bins - 1, Math.ceil((end_ms - from) / size) - 1);
    if (first > last) continue;
    change[first] = (change[first] ?? 0) + 1;
    change[last + 1] = (change[last + 1] ?? 0) - 1;
  }
  let sum = 0;
  return change.slice(0, bins).map((d) => (sum += d));
}
/** Whole hours of the axis that are named: every `every` hours. */
export function ticks(now: number, every: number): number[] {
  const out: number[] = [];
  for (let at = Math.ceil((now - BACK_MS) / (every * HOUR)) * every * HOUR; at <= now + AHEAD_MS; at += every * HOUR)
    out.push(at);
  return out;
}
export const fraction = (at: number, now: number): number => (at - now + BACK_MS) / (BACK_MS + AHEAD_MS);
