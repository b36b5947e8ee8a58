// The queue as it stands.
import { session } from '../../state/session.svelte';
import { owed } from '../../state/threads.svelte';
import { world } from '../../state/world.svelte';
import { view, type Ref } from '../../view/view.svelte';
import { legItem, queueOf, type Item, type Meeting, type Proposal } from './queue';

class Answers {
  readonly items: readonly Item[] = $derived.by(() =>
    queueOf({
      self: world.self,
      names: session.who === undefined ? [] : [session.who.name, session.who.subject],
      owed: owed.list,
      legs: world.legs.value?.legs ?? [],
      flights: world.flights.list,
      pending: world.pending.list,
      proposals: (world.relations.value?.proposals ?? []) as unknown as Proposal[],
      peers: world.peers.value,
      control: world.control.list,
      meetings: (world.caveats.value?.['meetings'] ?? []) as Meeting[],
      incidents: world.incidents.list,
      watch: world.watch.value,
    }),
  );
  get(key: string): Item | undefined {
    const leg = key.startsWith('leg:') ? world.legs.value?.legs.find((l) => `leg:${l.request}` === key) : undefined;
    return this.items.find((item) => item.key === key) ?? (leg?.state === 'confirmed' ? legItem(leg) : undefined);
  }
}
export const answers = new Answers();

/** What the map and the card are to show of it. */
export function refOf(item: Item): Ref | undefined {
  switch (item.of) {
    case 'message':
      return { kind: 'thread', id: `${item.item.row.opener}/${item.item.row.thread}` };
    case 'leg':
      return { kind: 'leg', id: item.leg.request };
    case 'counter':
    case 'revoke':
      return { kind: 'flight', id: item.flight.id };
    case 'pending':
      return { kind: 'act', id: item.act.id };
    case 'proposal':
      return { kind: 'peer', id: item.proposal.author };
    case 'zone':
      return { kind: 'zone', id: item.zone.zone };
    case 'incident':
      return { kind: 'incident', id: `${item.incident.opener}/${item.incident.incident}` };
    case 'caveat':
      return item.meeting.body.flight === undefined
        ? { kind: 'intent', id: item.meeting.body.intent ?? '' }
        : { kind: 'flight', id: item.meeting.body.flight };
    case 'charter':
    case 'watch':
      return undefined;
  }
}
export function show(item: Item): void {
  const ref = refOf(item);
  if (ref !== undefined) view.select(ref);
}
