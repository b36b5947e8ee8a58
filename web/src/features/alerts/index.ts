import type { Feature } from '../../shell/feature';
import Alerts from './Alerts.svelte';
import { bell } from './bell.svelte';
import { canAcknowledge, desk } from './desk.svelte';
import { messages } from './messages';

/** The row that the keys act on: the chosen one. */
const chosen = (): ReturnType<typeof desk.next> => desk.rows.find((row) => row.key === desk.chosen);

export const feature: Feature = {
  id: 'alerts',
  slot: 'right',
  order: 10,
  title: 'alerts.title',
  component: Alerts,
  share: 3,
  shortcut: 'g a',
  commands: [
    {
      id: 'alerts.next',
      title: 'alerts.next',
      shortcut: 'a n',
      run: () => {
        const row = desk.next() ?? desk.rows[0];
        if (row !== undefined) desk.choose(row);
      },
    },
    {
      id: 'alerts.acknowledge',
      title: 'alerts.acknowledgeChosen',
      shortcut: 'a a',
      scope: 'picture.act',
      enabled: () => {
        const row = chosen();
        return row !== undefined && row.unseen && canAcknowledge(row);
      },
      run: () => {
        const row = chosen();
        if (row !== undefined) void desk.acknowledge(row);
      },
    },
    { id: 'alerts.silence', title: 'alerts.silence', shortcut: 'a s', run: () => bell.silence() },
  ],
  messages,
  start: () => desk.start(),
};
