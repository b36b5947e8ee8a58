import type { Feature } from '../../shell/feature';
import Clock from './Clock.svelte';
import { dialog } from './dialog.svelte';
import { messages } from './messages';
import Mode from './Mode.svelte';
import Officer from './Officer.svelte';

export const feature: readonly Feature[] = [
  { id: 'watch', slot: 'top', order: 10, title: 'watch.clock', component: Clock, messages },
  { id: 'watch.mode', slot: 'top', order: 20, title: 'watch.mode.REAL', component: Mode },
  {
    id: 'watch.officer',
    slot: 'top',
    order: 850,
    title: 'watch.title',
    component: Officer,
    commands: [{ id: 'watch.open', title: 'watch.open', shortcut: 'g w', run: () => (dialog.open = true) }],
  },
  {
    id: 'watch.handover',
    slot: 'window',
    order: 70,
    title: 'watch.handover',
    load: () => import('./HandoverWindow.svelte'),
    shortcut: 'g h',
    scope: 'coordination.read',
  },
];
