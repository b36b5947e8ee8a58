import type { Feature } from '../../shell/feature';
import { messages } from './messages';

export const feature: Feature = {
  id: 'flights',
  slot: 'window',
  order: 22,
  title: 'flights.title',
  load: () => import('./Flights.svelte'),
  shortcut: 'g f',
  scope: 'coordination.read',
  messages,
};
