import { afterEach, describe, expect, it } from 'vitest';

import { i18n } from '../../i18n/i18n.svelte';
import { uiMessages } from '../../shell/messages';
import { close, field, press, show } from '../../volumes/unfinished.svelte.testlib';
import { messages } from './messages';
import Reports from './Reports.svelte';
import type { InfoReport } from './reports';
import ReportForm from './ReportForm.svelte';

i18n.register('reports', messages);
i18n.register('ui', uiMessages);
afterEach(close);
const write = { arg: { write: true }, close: () => undefined };
const nothing = { arg: undefined, close: () => undefined };

describe('a report that is written and not filed', () => {
  it('outlives its window, and is gone once it was given up', async () => {
    show(Reports, write);
    field('input[maxlength="200"]').write('Mines off the cape');
    field('textarea').write('Three of them.');
    await close();
    show(Reports, nothing);
    expect(field('input[maxlength="200"]').text).toBe('Mines off the cape');
    expect(field('textarea').text).toBe('Three of them.');
    press('Cancel');
    await close();
    show(Reports, nothing);
    expect(document.querySelector('form')).toBeNull();
  });
  it('does not bar the way to the list, and is begun anew where one wants to', async () => {
    show(Reports, write);
    field('textarea').write('Three of them.');
    await close();
    show(Reports, nothing);
    press('To the list');
    expect(document.querySelector('form')).toBeNull();
    press('Write a report');
    expect(field('textarea').text).toBe('Three of them.');
    press('Begin anew');
    expect(field('textarea').text).toBe('');
    await close();
    show(Reports, nothing);
    expect(document.querySelector('form')).toBeNull();
  });
  it('is not begun by looking at the form', async () => {
    show(Reports, write);
    await close();
    show(Reports, nothing);
    expect(document.querySelector('form')).toBeNull();
  });
  it('is not taken for the next version of another', async () => {
    const of: InfoReport = { report: 'r-1', title: 'Wreck', version: 1, tlp: 'green' };
    const nothing = (): void => undefined;
    const asked = { onleave: nothing, onanew: nothing };
    show(ReportForm, { of, ...asked });
    field('input[maxlength="200"]').write('Wreck, lit');
    await close();
    show(ReportForm, { of: undefined, ...asked });
    expect(field('input[maxlength="200"]').text).toBe('');
    await close();
    show(ReportForm, { of, ...asked });
    expect(field('input[maxlength="200"]').text).toBe('Wreck, lit');
    press('Cancel');
  });
});
