import type { Feature } from '../../shell/feature';
import { messages } from './messages';
import { startRing } from './ring.svelte';
import Stop from './Stop.svelte';

export const feature: Feature = {
  id: 'stop',
  slot: 'top',
  order: 510,
  title: 'stop.title',
  component: Stop,
  scope: 'talks.read',
  messages,
  start: startRing,
};
