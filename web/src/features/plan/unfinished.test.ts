import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { i18n } from '../../i18n/i18n.svelte';
import { uiMessages } from '../../shell/messages';
import { clock } from '../../state/clock.svelte';
import { change, close, field, press, show } from '../../volumes/unfinished.svelte.testlib';
import { book } from './book.svelte';
import { messages } from './messages';
import Plan from './Plan.svelte';

i18n.register('plan', messages);
i18n.register('ui', uiMessages);
beforeEach(() => void vi.spyOn(book, 'start').mockReturnValue(() => undefined));
afterEach(close);
const plan = (arg: unknown) => ({ arg, close: () => undefined });

describe('a daily plan that is written and not sent', () => {
  it('outlives its window, and is gone once it was given up', async () => {
    show(Plan, plan({ write: true }));
    field('td input').write('HAWK5');
    field('.grid input').write('1500');
    await close();
    show(Plan, plan(undefined));
    expect(field('td input').text).toBe('HAWK5');
    expect(field('.grid input').text).toBe('1500');
    press('Cancel');
    await close();
    show(Plan, plan(undefined));
    expect(document.querySelector('form')).toBeNull();
  });
  it('keeps the times that were typed where others are proposed later', async () => {
    show(Plan, plan({ write: true }));
    field('.grid input').write('1500');
    await close();
    show(Plan, plan(undefined));
    const DAY = 86_400_000;
    const day_ms = (Math.floor(clock.now / DAY) + 1) * DAY;
    const standing = { peer: '', submitter: 'us' as const, state: 'open' as const, day_ms };
    const times = { submit_by_ms: day_ms - 3_600_000, answer_by_ms: day_ms - 1_800_000 };
    book.cycle.value = [{ ...standing, ...times }] as unknown as typeof book.cycle.value;
    change({});
    expect(field('.grid input').text).toBe('1500');
    // What nobody has typed is what is proposed.
    expect(field('.grid div:nth-child(4) input').text).toMatch(/T23:30Z$/);
    press('Cancel');
    book.cycle.clear();
  });
});
