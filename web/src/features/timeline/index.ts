import type { Feature } from '../../shell/feature';
import { clock } from '../../state/clock.svelte';
import { pastTracks } from '../../view/past-tracks.svelte';
import { past } from '../../view/past.svelte';
import { view } from '../../view/view.svelte';
import { messages } from './messages';
import { player } from './player.svelte';
import { moment, step } from './time';
import Timeline from './Timeline.svelte';

const to = (at: number): void => {
  player.pause();
  view.moment = moment(at, clock.now);
};

/** Stands on the lower edge of the map. */
export const feature: Feature = {
  id: 'timeline',
  slot: 'centre',
  order: 10,
  title: 'timeline.title',
  component: Timeline,
  messages,
  commands: [
    { id: 'timeline.now', title: 'timeline.now', shortcut: 't n', run: () => to(clock.now) },
    { id: 'timeline.back', title: 'timeline.back', shortcut: 't b', run: () => to(step(view.moment ?? clock.now, -1)) },
    {
      id: 'timeline.ahead',
      title: 'timeline.ahead',
      shortcut: 't f',
      run: () => to(step(view.moment ?? clock.now, 1)),
    },
    { id: 'timeline.play', title: 'timeline.play', shortcut: 't p', run: () => player.toggle() },
  ],
  start: () => () => {
    player.pause();
    view.moment = undefined;
    past.forget();
    pastTracks.forget();
  },
};
