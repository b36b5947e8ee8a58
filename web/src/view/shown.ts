// What there is at the moment shown: now and in the time to come what the world holds, of the past what was known then.
import { world } from '../state/world.svelte';
import { inPast, past } from './past.svelte';
import { sharesOf, type Shown } from './scene';

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
