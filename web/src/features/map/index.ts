import type { Feature } from '../../shell/feature';
import { messages } from './messages';
import { options } from './options.svelte';

export const feature: Feature = {
  id: 'map',
  slot: 'centre',
  order: 0,
  title: 'map.title',
  load: () => import('./Map.svelte'),
  messages,
  commands: [
    { id: 'map.focus', title: 'map.title', shortcut: 'm f', run: () => document.getElementById('map')?.focus() },
    { id: 'map.goto', title: 'map.goto', shortcut: 'm g', run: () => (options.panel = 'goto') },
    { id: 'map.measure', title: 'map.measure', shortcut: 'm d', run: () => options.toggle('measure') },
    { id: 'map.list', title: 'map.list', shortcut: 'm l', run: () => (options.panel = 'list') },
    { id: 'map.layers', title: 'map.layers', shortcut: 'm k', run: () => options.toggle('layers') },
    {
      id: 'map.solid',
      title: 'map.dimension',
      shortcut: 'm 3',
      run: () => options.choose({ solid: !options.kept.solid }),
    },
    { id: 'map.follow', title: 'map.follow', shortcut: 'm t', run: () => (options.follow = !options.follow) },
    { id: 'map.home', title: 'map.home', shortcut: 'm h', run: () => options.want('home') },
    { id: 'map.north', title: 'map.north', shortcut: 'm n', run: () => options.want('north') },
    { id: 'map.in', title: 'map.zoomIn', run: () => options.want('in') },
    { id: 'map.out', title: 'map.zoomOut', run: () => options.want('out') },
    { id: 'map.read', title: 'map.read', shortcut: 'm r', run: () => options.want('read') },
  ],
};
