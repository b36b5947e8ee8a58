// What the screen looks at: shared by map, strips, threads and windows.
import type { PointE7 } from '../api/documents';

export type Kind =
  | 'intent'
  | 'flight'
  | 'leg'
  | 'measure'
  | 'zone'
  | 'track'
  | 'alert'
  | 'thread'
  | 'incident'
  | 'peer'
  | 'act'
  | 'report'
  | 'group';
/** One thing. `id` as the world's collection has it; of a track and an alert the number as text; of a leg the hash of its request. */
export interface Ref {
  kind: Kind;
  id: string;
}
/** South-west and north-east. */
export interface Area {
  south: number;
  west: number;
  north: number;
  east: number;
}
export interface MapView {
  centre: PointE7;
  zoom: number;
  pitch: number;
  bearing: number;
}
/** Where the map is asked to go. Each wish is a new object. */
export type Wish = { area: Area } | { place: PointE7; zoom?: number };

export class View {
  selected = $state.raw<Ref | undefined>(undefined);
  /** What the pointer or the focus is on in a list; the map shows it. */
  hovered = $state.raw<Ref | undefined>(undefined);
  /** The moment shown, by the node's clock; undefined: now, as it goes on. Past as known then, future as planned. */
  moment = $state<number | undefined>(undefined);
  /** The authority whose eyes we look through; undefined: our own. */
  eyes = $state<string | undefined>(undefined);
  wish = $state.raw<Wish | undefined>(undefined);
  /** Where the map is; the map writes it. */
  map = $state.raw<MapView | undefined>(undefined);

  select(ref: Ref | undefined): void {
    this.selected = ref;
  }
  isSelected(kind: Kind, id: string): boolean {
    return this.selected?.kind === kind && this.selected.id === id;
  }
  goTo(area: Area): void {
    this.wish = { area };
  }
  goToPlace(place: PointE7, zoom?: number): void {
    this.wish = zoom === undefined ? { place } : { place, zoom };
  }
}

export const view = new View();
