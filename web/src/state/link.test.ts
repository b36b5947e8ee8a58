import { expect, it } from 'vitest';

import { Link } from './link.svelte';

it('the first time that it is live is no return', () => {
  const link = new Link();
  expect(link.note('connecting', undefined)).toBe(false);
  expect(link.note('live', undefined)).toBe(false);
  expect(link.down_ms).toBe(0);
});
it('after a break it is live anew, and says since when it was down meanwhile', () => {
  const link = new Link();
  link.note('live', undefined);
  link.note('waiting', undefined);
  const since = link.down_ms;
  expect(since).toBeGreaterThan(0);
  link.note('connecting', undefined);
  link.note('waiting', undefined);
  expect(link.down_ms).toBe(since);
  expect(link.note('live', undefined)).toBe(true);
  expect(link.down_ms).toBe(0);
});
it('is down from when it was cut for its silence, though it may come back at once', () => {
  const link = new Link();
  link.note('connecting', undefined);
  expect(link.down_ms).toBe(0);
  link.note('live', undefined);
  link.note('connecting', undefined);
  expect(link.down_ms).toBeGreaterThan(0);
  link.note('live', undefined);
  expect(link.down_ms).toBe(0);
});
it('after a sleep it begins again without a break, and is live anew', () => {
  const link = new Link();
  link.note('live', undefined);
  link.note('connecting', undefined);
  expect(link.note('live', undefined)).toBe(true);
});
it('where the first tries failed, what was asked for then is asked for again', () => {
  const link = new Link();
  link.note('connecting', undefined);
  link.note('waiting', undefined);
  expect(link.note('live', undefined)).toBe(true);
});
it('who signs in again begins anew', () => {
  const link = new Link();
  link.note('live', undefined);
  link.note('stopped', undefined);
  link.note('connecting', undefined);
  expect(link.note('live', undefined)).toBe(false);
});
