import type { Feature } from '../../shell/feature';
import { windows } from '../../shell/windows.svelte';
import { messages as volumeMessages } from '../../volumes/messages';
import { messages } from './messages';
import { unfinished } from './unfinished';

export const feature: readonly Feature[] = [
  {
    id: 'intents',
    slot: 'window',
    order: 20,
    title: 'intents.title',
    load: () => import('./PlanWindow.svelte'),
    scope: 'intents.read',
    messages,
    start: () => () => unfinished.keep(undefined),
    commands: [
      {
        id: 'intents.new',
        title: 'intents.new',
        shortcut: 'n f',
        scope: 'intents.file',
        run: (arg) => windows.show('intents', arg ?? {}),
      },
    ],
  },
  // The words of what draws up volumes (src/volumes).
  { id: 'volumes', slot: 'window', order: 999, title: 'volumes.title', messages: volumeMessages },
];
