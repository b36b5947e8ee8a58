import type { Feature } from '../../shell/feature';
import { windows } from '../../shell/windows.svelte';
import { messages } from './messages';
import { incidents, statements } from './unfinished';

/**
 * `windows.show('incidents', { opener, incident })` shows one; `{ create: { alert | message, parties, title, at_ms, place } }` begins
 * one (an alert by its number as text, a message by its content hash); `commands.run('incidents.new', create)` does the same.
 */
export const feature: Feature = {
  id: 'incidents',
  slot: 'window',
  order: 75,
  title: 'incidents.title',
  load: () => import('./Incidents.svelte'),
  shortcut: 'g i',
  scope: 'talks.read',
  commands: [
    {
      id: 'incidents.new',
      title: 'incidents.new',
      shortcut: 'n i',
      scope: 'talks.write',
      run: (arg) => windows.show('incidents', { create: typeof arg === 'object' && arg !== null ? arg : {} }),
    },
  ],
  messages,
  start: () => () => {
    incidents.clear();
    statements.clear();
  },
};
