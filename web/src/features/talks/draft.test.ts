import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { api } from '../../api/client';
import { Problem } from '../../api/problem';
import { clock } from '../../state/clock.svelte';
import { Draft } from './draft.svelte';

beforeEach(() => {
  sessionStorage.clear();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const stored = (): string => new Draft('fr', 'line', ['us']).text;
const done = { status: 200, body: { repeated: false, seq: 1 } };
const lost = new Problem({ status: 0, title: 'no answer' });
function written(text: string): Draft {
  const draft = new Draft('fr', 'line', ['us']);
  draft.text = text;
  return draft;
}
/** The command and the letter of each time that the node was asked. */
const sent = (raw: { mock: { calls: unknown[][] } }): { cmd: string; letter: { due_ms: number } }[] =>
  raw.mock.calls.map((call) => {
    const { body } = call[2] as { body: { cmd: string; act: { letter: { due_ms: number } } } };
    return { cmd: body.cmd, letter: body.act.letter };
  });

it('is kept within half a second, also while somebody goes on typing', () => {
  const draft = new Draft('fr', 'line', ['us']);
  for (const text of ['W', 'Wh', 'Who']) {
    draft.text = text;
    draft.keep();
    vi.advanceTimersByTime(200);
  }
  expect(stored()).toBe('Who');
});
it('is kept before the page goes, and is gone when it was sent', () => {
  const draft = new Draft('fr', 'line', ['us']);
  draft.text = 'Who is that?';
  draft.keep();
  expect(stored()).toBe('');
  dispatchEvent(new Event('pagehide'));
  expect(stored()).toBe('Who is that?');
  draft.text = '';
  draft.keep();
  vi.runAllTimers();
  expect(stored()).toBe('');
});
it('begins anew with whom one speaks to there, once it was sent', async () => {
  vi.spyOn(api, 'raw').mockResolvedValue(done);
  const draft = written('Who is that?');
  draft.recipients = ['us', 'ru'];
  draft.echelon = 'chiefs';
  draft.language = 'ru';
  await draft.send();
  expect(draft.recipients).toEqual(['us']);
  expect(draft.echelon).toBe('centres');
  expect(draft.language).toBeUndefined();
});
it('is for whom somebody names before anything is written, and stays with them', () => {
  const draft = new Draft('fr', 'line', ['us']);
  draft.address(['ru']);
  draft.speakTo(['us', 'sa']);
  expect(draft.recipients).toEqual(['ru']);
  draft.text = 'Who is that?';
  draft.address(undefined);
  expect(draft.recipients).toEqual(['ru']);
  draft.clear();
  expect(draft.recipients).toEqual(['us', 'sa']);
  draft.text = 'And that?';
  draft.speakTo(['us']);
  expect(draft.recipients).toEqual(['us', 'sa']);
});
it('is the same letter after a lost answer, minutes later too, until its words are others', async () => {
  const raw = vi.spyOn(api, 'raw').mockRejectedValue(lost);
  const draft = written('Until when?');
  const part = draft.add('time', { name: 'closed', at: 'now', until: '+30m' });
  await expect(draft.send()).rejects.toBe(lost);
  vi.advanceTimersByTime(90_000);
  clock.now += 90_000;
  await expect(draft.send()).rejects.toBe(lost);
  part.fields.until = '+40m';
  await expect(draft.send()).rejects.toBe(lost);
  const [first, again, other] = sent(raw);
  expect(again).toEqual(first);
  expect(other?.cmd).not.toBe(first?.cmd);
});
it('keeps what is typed while it is being sent', async () => {
  let answer: (of: typeof done) => void = () => undefined;
  vi.spyOn(api, 'raw').mockReturnValue(new Promise((resolve) => (answer = resolve)));
  const draft = written('Who is that?');
  const sending = draft.send();
  draft.text = 'Who is that? He turns';
  answer(done);
  await sending;
  expect(draft.text).toBe('Who is that? He turns');
});
