import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { api } from '../api/client';
import { Problem } from '../api/problem';
import { clock } from './clock.svelte';
import { Letters } from './letters';

const done = { status: 200, body: { repeated: false, seq: 1 } };
const lost = new Problem({ status: 0, title: 'no answer' });
interface Sent {
  cmd: string;
  act: { letter: { due_ms: number } };
}
const sent = (raw: { mock: { calls: unknown[][] } }): Sent[] =>
  raw.mock.calls.map((call) => (call[2] as { body: Sent }).body);
const due = (minutes: number): { due_ms: number } => ({ due_ms: clock.ms() + minutes * 60_000 });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('sends the same again after a lost answer, with the time of the first try', async () => {
  const raw = vi.spyOn(api, 'raw').mockRejectedValue(lost);
  const letters = new Letters();
  await expect(letters.send('Roger', due(5))).rejects.toBe(lost);
  vi.advanceTimersByTime(60_000);
  await expect(letters.send('Roger', due(5))).rejects.toBe(lost);
  const [first, again] = sent(raw);
  expect(again).toEqual(first);
});
it('asks for nothing by a time that has gone by', async () => {
  const raw = vi.spyOn(api, 'raw').mockRejectedValue(lost);
  const letters = new Letters();
  await expect(letters.send('Roger', due(5))).rejects.toBe(lost);
  vi.advanceTimersByTime(6 * 60_000);
  const next = due(5);
  await expect(letters.send('Roger', next)).rejects.toBe(lost);
  const [first, again] = sent(raw);
  expect(again?.cmd).toBe(first?.cmd);
  expect(again?.act.letter).toEqual(next);
});
it('says short words once more after other words went out', async () => {
  const raw = vi.spyOn(api, 'raw').mockRejectedValueOnce(lost).mockResolvedValue(done);
  const letters = new Letters();
  await expect(letters.send('Roger', due(5))).rejects.toBe(lost);
  for (const words of ['Say again', 'Roger', 'Roger']) await letters.send(words, due(5));
  expect(new Set(sent(raw).map((of) => of.cmd)).size).toBe(4);
});
