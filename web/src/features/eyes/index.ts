import type { Feature } from '../../shell/feature';
import { windows } from '../../shell/windows.svelte';
import { view } from '../../view/view.svelte';
import { messages } from './messages';

export const feature: Feature = {
  id: 'eyes',
  slot: 'window',
  order: 65,
  title: 'eyes.title',
  load: () => import('./EyesWindow.svelte'),
  wide: true,
  shortcut: 'g e',
  scope: 'session',
  messages,
  commands: [
    {
      id: 'eyes.leave',
      title: 'eyes.leave',
      shortcut: 'Escape',
      run: () => windows.close('eyes'),
      enabled: () => view.eyes !== undefined,
    },
  ],
};
