import { afterEach, describe, expect, it, vi } from 'vitest';

import type { Track } from '../../api/documents';
import { i18n } from '../../i18n/i18n.svelte';
import { uiMessages } from '../../shell/messages';
import { world } from '../../state/world.svelte';
import { close, field, show } from '../../volumes/unfinished.testlib';
import { messages } from './messages';
import Whose from './Whose.svelte';

i18n.register('whose', messages);
i18n.register('ui', uiMessages);
afterEach(close);
const whose = (arg: unknown) => ({ arg, close: () => undefined });
const track = (lat: number): Track => ({ id: 12, label: 'T12', time_ms: 1e12, position: [lat, 330_000_000] }) as Track;

describe('a query that is written and not sent', () => {
  it('outlives its window; of a track that is asked about anew its words do', async () => {
    const at = vi.spyOn(world.tracks, 'get').mockReturnValue(track(340_000_000));
    show(Whose, whose({ track: 12 }));
    field('input[maxlength="200"]').write('Low and slow');
    field('form input').write('34.5, 33.5');
    await close();
    show(Whose, whose(undefined));
    expect(field('input[maxlength="200"]').text).toBe('Low and slow');
    expect(field('form input').text).toBe('34.5, 33.5');
    await close();
    at.mockReturnValue(track(350_000_000));
    show(Whose, whose({ track: 12 }));
    expect(field('input[maxlength="200"]').text).toBe('Low and slow');
    expect(field('form input').text).toMatch(/^N?35/);
  });
});
