// The list as it stands, and what was chosen to be in it; shared by the panel and the print.
import { clock } from '../../state/clock.svelte';
import { world } from '../../state/world.svelte';
import { windows } from '../../shell/windows.svelte';
import { view } from '../../view/view.svelte';
import { countOf, pick, type Filter, type Wanted } from './filter';
import { makeStrips, type ShownHeld, type Strip } from './strips';
import type { Track } from '../../api/documents';

/** The order is made anew so often; countdowns go on by themselves. */
const EVERY_MS = 2_000;

class List {
  filter = $state<Filter>('all');
  search = $state('');
  over = $state(false);
  shown = $state(true);
  private readonly at = $derived(Math.floor(clock.now / EVERY_MS) * EVERY_MS);
  /** Of all alerts these alone are seen in the list: others are no reason to make it anew. */
  private readonly overruns: string = $derived(
    world.alerts.list
      .filter((a) => a.kind === 'overrun' && a.over_ms === undefined)
      .flatMap((a) => a.tracks)
      .join(' '),
  );
  readonly all: readonly Strip[] = $derived.by(() => {
    const tracks = new Map<string, Track>();
    for (const track of world.tracks.all()) {
      if (track.plan !== undefined && track.state !== 'ended') tracks.set(track.plan.intent, track);
    }
    return makeStrips({
      self: world.self,
      intents: world.intents.list,
      flights: world.flights.list,
      legs: world.legs.value?.legs ?? [],
      measures: world.measures.list,
      zones: world.zones.list,
      shown: (world.disclosure.value?.['held'] ?? []) as ShownHeld[],
      tracks,
      overruns: new Set(this.overruns.split(' ').filter(Boolean).map(Number)),
      now: this.at,
    });
  });
  private readonly wanted: Wanted = $derived({
    filter: this.filter,
    search: this.search,
    over: this.over,
    shown: this.shown,
  });
  readonly picked: readonly Strip[] = $derived(pick(this.all, this.wanted));
  readonly counts: Record<Filter, number> = $derived(countOf(this.all, this.wanted));

  /** The card of one; a flight where its legs are worked on. */
  open(strip: Pick<Strip, 'ref' | 'kind'>): void {
    view.select(strip.ref);
    if (strip.kind === 'flight') windows.show('flights', { id: strip.ref.id });
    else windows.show('detail', strip.ref);
  }
}
export const list = new List();
