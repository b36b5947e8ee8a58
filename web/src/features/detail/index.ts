import type { Feature } from '../../shell/feature';
import { messages } from './messages';

export const feature: Feature = {
  id: 'detail',
  slot: 'window',
  order: 10,
  title: 'detail.title',
  load: () => import('./Detail.svelte'),
  shortcut: 'g d',
  scope: 'intents.read',
  messages,
};
