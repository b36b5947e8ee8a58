import { afterEach, describe, expect, it } from 'vitest';

import { i18n } from '../../i18n/i18n.svelte';
import { uiMessages } from '../../shell/messages';
import { messages as volumeMessages } from '../../volumes/messages';
import { change, close, field, press, show } from '../../volumes/unfinished.svelte.testlib';
import Incidents from './Incidents.svelte';
import { messages } from './messages';
import StatementForm from './StatementForm.svelte';
import { incidents as kept, statements } from './unfinished';

i18n.register('incidents', messages);
i18n.register('ui', uiMessages);
i18n.register('volumes', volumeMessages);
afterEach(close);
const incidents = (arg: unknown) => ({ arg, close: () => undefined });
const nothing = (): void => undefined;
const of = (incident: string) => ({
  ...{ opener: 'fr', incident, before: undefined, seed: [] },
  ...{ onleave: nothing, onanew: nothing, ondone: nothing },
});

describe('an incident that is written and not opened', () => {
  it('outlives its window, beside one that is begun with something else', async () => {
    show(Incidents, incidents({ create: {} }));
    field('input[maxlength="200"]').write('Near miss');
    press('Place');
    field('fieldset textarea').write('34 33');
    await close();
    show(Incidents, incidents({ create: { title: 'Conflict' } }));
    expect(field('input[maxlength="200"]').text).toBe('Conflict');
    await close();
    show(Incidents, incidents(undefined));
    expect(field('input[maxlength="200"]').text).toBe('Near miss');
    expect(field('fieldset textarea').text).toBe('34 33');
    press('Cancel');
    await close();
    show(Incidents, incidents(undefined));
    expect(document.querySelector('form')).toBeNull();
  });
});
describe('an incident that is begun', () => {
  const title = 'input[maxlength="200"]';
  it('stays as it is where one asks for the same once more', async () => {
    show(Incidents, incidents({ create: {} }));
    field(title).write('Near miss');
    change({ arg: { create: {} } });
    expect(field(title).text).toBe('Near miss');
    await close();
    expect(kept.latest?.title).toBe('Near miss');
    kept.clear();
  });
  it('does not bar the way to the list, and goes on from there', async () => {
    show(Incidents, incidents({ create: { parties: ['us'] } }));
    field(title).write('Near miss');
    await close();
    show(Incidents, incidents(undefined));
    press('To the list');
    expect(document.querySelector('form')).toBeNull();
    press('Open an incident');
    expect(field(title).text).toBe('Near miss');
    press('Begin anew');
    expect(field(title).text).toBe('');
    press('Cancel');
    expect(kept.latest).toBeUndefined();
  });
});
describe('a statement that is written and not said', () => {
  it('outlives its form, and is of its incident', async () => {
    show(StatementForm, of('i1'));
    field('textarea').write('We saw it late.');
    await close();
    expect(statements.has('fr/i1')).toBe(true);
    show(StatementForm, of('i2'));
    expect(field('textarea').text).toBe('');
    await close();
    show(StatementForm, of('i1'));
    expect(field('textarea').text).toBe('We saw it late.');
    press('Cancel');
    await close();
    expect(statements.has('fr/i1')).toBe(false);
  });
});
