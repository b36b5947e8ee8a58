import { windows } from '../../shell/windows.svelte';
import type { Feature } from '../../shell/feature';
import { desk } from './desk.svelte';
import { messages } from './messages';
import StoryChip from './StoryChip.svelte';

/** Where the node is told of a demonstration, as `tansiq demo` tells it: the step that is under way, and those before. */
export const feature: readonly Feature[] = [
  {
    id: 'story.chip',
    slot: 'top',
    order: 30,
    title: 'story.title',
    component: StoryChip,
    scope: 'intents.read',
    messages,
    start: () => desk.start(),
    commands: [
      {
        id: 'story.open',
        title: 'story.open',
        shortcut: 'g k',
        run: () => windows.show('story'),
        enabled: () => desk.told,
      },
    ],
  },
  {
    id: 'story',
    slot: 'window',
    order: 98,
    title: 'story.title',
    load: () => import('./StoryWindow.svelte'),
    scope: 'intents.read',
    listed: false,
  },
];
