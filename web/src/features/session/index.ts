import type { Feature } from '../../shell/feature';
import { theme } from '../../theme/theme.svelte';
import Expiry from './Expiry.svelte';
import Gate from './Gate.svelte';
import { messages } from './messages';
import Settings from './Settings.svelte';
import { settings } from './settings.svelte';

export const feature: readonly Feature[] = [
  {
    id: 'session',
    slot: 'top',
    order: 900,
    title: 'session.settings',
    component: Settings,
    messages,
    commands: [
      { id: 'session.settings', title: 'session.openSettings', shortcut: 'Ctrl+,', run: () => (settings.open = true) },
      { id: 'session.password', title: 'session.passwordChange', run: () => (settings.password = true) },
      {
        id: 'session.palette',
        title: 'session.togglePalette',
        shortcut: 'Shift+F8',
        run: () => theme.choose({ palette: theme.palette === 'night' ? 'day' : 'night' }),
      },
    ],
  },
  { id: 'session.expiry', slot: 'top', order: 890, title: 'session.endsIn', component: Expiry },
  { id: 'session.gate', slot: 'gate', order: 0, title: 'session.signIn', component: Gate },
];
