// What there is at the moment shown: now and in the time to come what the world holds, of the past what was known then.
import type { Track } from '../api/documents';
import { world } from '../state/world.svelte';
import { pastTracks } from './past-tracks.svelte';
import { inPast, past } from './past.svelte';
import { sharesOf, type Shown } from './scene';
import { view } from './view.svelte';

/** A track as it is, or was, at the moment shown. Whoever shows it goes by `world.tracks.version` and `pastTracks.version`. */
export function trackShown(id: number): Track | undefined {
  return inPast() ? pastTracks.get(id, view.moment ?? 0) : world.tracks.get(id);
}
export function tracksShown(): Iterable<Track> {
  return inPast() ? pastTracks.all(view.moment ?? 0) : world.tracks.all();
}

export function shownNow(): Shown {
  const common = { self: world.self, zones: world.zones.list };
  if (inPast()) {
    const { known } = past;
    return {
      ...common,
      measures: known?.measures ?? [],
      intents: known?.intents ?? [],
      flights: known?.flights ?? [],
      legs: known?.legs ?? [],
      shares: [],
    };
  }
  return {
    ...common,
    measures: world.measures.list,
    intents: world.intents.list,
    flights: world.flights.list,
    legs: world.legs.value?.legs ?? [],
    shares: sharesOf(world.disclosure.value),
  };
}
