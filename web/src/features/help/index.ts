import type { Feature } from '../../shell/feature';
import { messages } from './messages';

export const feature: Feature = {
  id: 'help',
  slot: 'window',
  order: 95,
  title: 'help.title',
  load: () => import('./HelpWindow.svelte'),
  shortcut: 'F1',
  messages,
};
