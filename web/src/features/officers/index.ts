import type { Feature } from '../../shell/feature';
import { messages } from './messages';

export const feature: Feature = {
  id: 'officers',
  slot: 'window',
  order: 90,
  title: 'officers.title',
  load: () => import('./OfficersWindow.svelte'),
  shortcut: 'g o',
  scope: 'session',
  messages,
};
