import type { Feature } from '../../shell/feature';
import { messages } from './messages';

/** `windows.show('profile', ref)`: of that; without an argument, of what is selected. */
export const feature: Feature = {
  id: 'profile',
  slot: 'window',
  order: 60,
  title: 'profile.title',
  load: () => import('./Profile.svelte'),
  shortcut: 'g v',
  messages,
};
