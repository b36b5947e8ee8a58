import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { i18n } from '../../i18n/i18n.svelte';
import { uiMessages } from '../../shell/messages';
import { close, field, press, show } from '../../volumes/unfinished.testlib';
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
});
