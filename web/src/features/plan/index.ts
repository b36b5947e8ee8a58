import type { Feature } from '../../shell/feature';
import { windows } from '../../shell/windows.svelte';
import { messages } from './messages';
import { unfinished } from './unfinished';

/** `windows.show('plan', { parts })` shows the plan that a message has; `{ key }` one of the list; `{ write: true }` begins one. */
export const feature: Feature = {
  id: 'plan',
  slot: 'window',
  order: 70,
  title: 'plan.title',
  load: () => import('./Plan.svelte'),
  shortcut: 'g b',
  scope: 'talks.read',
  commands: [
    {
      id: 'plan.new',
      title: 'plan.write',
      shortcut: 'n b',
      scope: 'talks.write',
      run: () => windows.show('plan', { write: true }),
    },
  ],
  messages,
  start: () => () => unfinished.clear(),
};
