import type { Feature } from '../../shell/feature';
import { windows } from '../../shell/windows.svelte';
import { view } from '../../view/view.svelte';
import { messages } from './messages';
import { unfinished } from './unfinished';

/** `commands.run('whose.ask', { track: 12 })`; without one the selected track is asked about. */
function askAbout(arg: unknown): void {
  const given = (arg as { track?: unknown } | undefined)?.track;
  const track =
    typeof given === 'number' ? given : view.selected?.kind === 'track' ? Number(view.selected.id) : undefined;
  windows.close('whose');
  windows.show('whose', track === undefined ? { ask: true } : { track });
}

export const feature: Feature = {
  id: 'whose',
  slot: 'window',
  order: 30,
  title: 'whose.title',
  load: () => import('./Whose.svelte'),
  shortcut: 'g y',
  scope: 'talks.read',
  commands: [{ id: 'whose.ask', title: 'whose.askCommand', shortcut: 'n y', scope: 'talks.write', run: askAbout }],
  messages,
  start: () => () => unfinished.clear(),
};
