import type { Feature } from '../../shell/feature';
import { messages } from './messages';

export const feature: Feature = {
  id: 'relations',
  slot: 'window',
  order: 60,
  title: 'relations.title',
  load: () => import('./RelationsWindow.svelte'),
  shortcut: 'g n',
  scope: 'coordination.read',
  messages,
};
