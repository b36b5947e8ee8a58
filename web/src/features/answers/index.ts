import type { Feature } from '../../shell/feature';
import { windows } from '../../shell/windows.svelte';
import { owed } from '../../state/threads.svelte';
import Answers from './Answers.svelte';
import { answers, show } from './desk.svelte';
import { messages } from './messages';
import { nodeAnswers } from './queue';

export const feature: readonly Feature[] = [
  {
    id: 'answers',
    slot: 'right',
    order: 20,
    title: 'answers.title',
    component: Answers,
    share: 2,
    shortcut: 'g q',
    scope: 'coordination.read',
    commands: [
      {
        id: 'answers.next',
        title: 'answers.openNext',
        shortcut: 'q',
        scope: 'coordination.read',
        run: () => {
          const item = answers.items.find((i) => !nodeAnswers(i)) ?? answers.items[0];
          if (item === undefined) return;
          show(item);
          windows.show('answers.item', item.key);
        },
      },
    ],
    messages,
    start: () => owed.start(),
  },
  {
    id: 'answers.item',
    slot: 'window',
    order: 20,
    title: 'answers.answerTitle',
    load: () => import('./AnswerWindow.svelte'),
    scope: 'coordination.read',
  },
];
