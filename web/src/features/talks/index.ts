import type { Feature } from '../../shell/feature';
import { layout } from '../../shell/layout.svelte';
import { windows } from '../../shell/windows.svelte';
import { desk } from './desk.svelte';
import { messages } from './messages';
import { composeMessages } from './messages-compose';
import Talks from './Talks.svelte';

/**
 * The panel follows `view.select({ kind: 'thread' | 'peer', id })`. Writing: `windows.show('talks.compose', {…})`, see ComposeArg in
 * compose.ts; `commands.run('talks.new', arg)` does the same.
 */
export const feature: Feature[] = [
  {
    id: 'talks',
    slot: 'bottom',
    order: 10,
    title: 'talks.title',
    component: Talks,
    shortcut: 'g t',
    scope: 'talks.read',
    commands: [
      {
        id: 'talks.new',
        title: 'talks.new',
        shortcut: 'n m',
        scope: 'talks.write',
        run: (arg) => windows.show('talks.compose', arg ?? {}),
      },
      {
        id: 'talks.phrase',
        title: 'talks.newPhrase',
        shortcut: 'n p',
        scope: 'talks.write',
        run: (arg) => windows.show('talks.compose', { ...(typeof arg === 'object' ? arg : {}), pick: true }),
      },
      {
        id: 'talks.stop',
        title: 'talks.newStop',
        shortcut: 'n s',
        scope: 'talks.write',
        run: (arg) =>
          windows.show('talks.compose', {
            template: '116.1',
            ...(typeof arg === 'object' ? arg : {}),
            precedence: 'stop',
            needs: 'read',
          }),
      },
      {
        id: 'talks.text',
        title: 'talks.write',
        shortcut: 'n t',
        scope: 'talks.write',
        run: () => {
          layout.fold('bottom', false);
          setTimeout(() => desk.textField?.focus(), 0);
        },
      },
    ],
    messages,
    start: () => desk.start(),
  },
  {
    id: 'talks.compose',
    slot: 'window',
    order: 60,
    title: 'talks.new',
    load: () => import('./Compose.svelte'),
    scope: 'talks.write',
    messages: composeMessages,
  },
];
