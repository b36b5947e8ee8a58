import { afterEach, describe, expect, it } from 'vitest';

import { i18n } from '../../i18n/i18n.svelte';
import { world } from '../../state/world.svelte';
import { close, field, show } from '../../volumes/unfinished.svelte.testlib';
import HandoverWindow from './HandoverWindow.svelte';
import { messages } from './messages';
import { WatchNotes } from './notes.svelte';

i18n.register('watch', messages);
afterEach(close);

describe('notes for the relief', () => {
  it('are not read over what is being written when somebody signs in again', () => {
    const notes = new WatchNotes();
    notes.open('fr');
    notes.text = 'half a sent';
    notes.open('fr');
    expect(notes.text).toBe('half a sent');
    notes.open('us');
    expect(notes.text).toBe('');
  });
  it('are kept with every letter', async () => {
    world.peers.value = { self: 'fr', peers: [] };
    show(HandoverWindow, {});
    field('textarea').write('Watch the corridor');
    await close();
    show(HandoverWindow, {});
    expect(field('textarea').text).toBe('Watch the corridor');
  });
});
