import type { Feature } from '../../shell/feature';
import { windows } from '../../shell/windows.svelte';
import { messages } from './messages';
import { unfinished } from './unfinished';

/** `windows.show('reports', { report })` shows an own one; `{ body }` one that is held; `{ write: true }` begins one. */
export const feature: Feature = {
  id: 'reports',
  slot: 'window',
  order: 80,
  title: 'reports.title',
  load: () => import('./Reports.svelte'),
  shortcut: 'g x',
  scope: 'talks.read',
  commands: [
    {
      id: 'reports.new',
      title: 'reports.write',
      shortcut: 'n x',
      scope: 'coordination.act',
      run: () => windows.show('reports', { write: true }),
    },
    {
      id: 'reports.call',
      title: 'reports.call',
      shortcut: 'n c',
      scope: 'talks.write',
      run: () => windows.show('talks.compose', { part: 'call', needs: 'answer' }),
    },
    {
      id: 'reports.assessment',
      title: 'reports.assessment',
      scope: 'talks.write',
      run: () => windows.show('talks.compose', { part: 'assessment' }),
    },
  ],
  messages,
  start: () => () => unfinished.clear(),
};
