import type { Feature } from '../../shell/feature';
import { windows } from '../../shell/windows.svelte';
import { messages } from './messages';

export const feature: Feature = {
  id: 'record',
  slot: 'window',
  order: 80,
  title: 'record.title',
  load: () => import('./RecordWindow.svelte'),
  shortcut: 'g l',
  scope: 'log.read',
  messages,
  commands: [
    {
      id: 'record.find',
      title: 'record.findCommand',
      scope: 'log.read',
      run: (arg) => windows.show('record', typeof arg === 'string' ? { find: arg } : (arg ?? {})),
    },
  ],
};
