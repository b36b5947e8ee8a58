import type { Feature } from '../../shell/feature';
import { messages } from './messages';
import Peers from './Peers.svelte';

export const feature: Feature = {
  id: 'peers',
  slot: 'top',
  order: 100,
  title: 'peers.title',
  component: Peers,
  scope: 'coordination.read',
  messages,
};
