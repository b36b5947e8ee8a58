import type { Feature } from '../../shell/feature';
import { windows } from '../../shell/windows.svelte';
import { messages } from './messages';
import { unfinished } from './unfinished';

export const feature: Feature = {
  id: 'measures',
  slot: 'window',
  order: 30,
  title: 'measures.title',
  load: () => import('./MeasuresWindow.svelte'),
  shortcut: 'g m',
  scope: 'intents.read',
  messages,
  start: () => () => unfinished.keep(undefined),
  commands: [
    {
      id: 'measures.new',
      title: 'measures.new',
      shortcut: 'n z',
      scope: 'measures.manage',
      run: () => windows.show('measures', { new: true }),
    },
  ],
};
