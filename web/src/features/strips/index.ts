import type { Feature } from '../../shell/feature';
import { view } from '../../view/view.svelte';
import { list } from './list.svelte';
import { messages } from './messages';
import Strips from './Strips.svelte';

export const feature: Feature = {
  id: 'strips',
  slot: 'left',
  order: 10,
  title: 'strips.title',
  component: Strips,
  shortcut: 'g s',
  scope: 'intents.read',
  messages,
  commands: [
    {
      id: 'strips.open',
      title: 'strips.open',
      shortcut: 'o',
      enabled: () => view.selected !== undefined,
      run: () => {
        const ref = view.selected;
        if (ref !== undefined) list.open({ ref, kind: ref.kind === 'flight' ? 'flight' : 'intent' });
      },
    },
  ],
};
