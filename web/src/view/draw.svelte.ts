// Drawing on the map, for whoever needs an outline or a place: features ask here, the map draws.
//
//   const outline = await draw.start({ shape: 'corridor', label: t('…'), onchange: (outline) => preview(outline) });
//   draw.show('measures.preview', [{ outline, tone: 'warning', label: 'R-7' }]);   draw.hide('measures.preview');
import { untrack } from 'svelte';

import type { Band, Outline, PointE7 } from '../api/documents';

export type Shape = 'point' | 'polygon' | 'corridor' | 'circle';
export interface DrawAsked {
  /** Of who asks: to know one's own drawing again. */
  key?: string | undefined;
  shape: Shape;
  /** What is drawn, in words: stands above the map meanwhile. */
  label?: string | undefined;
  /** To go on from; its shape counts. */
  outline?: Outline | undefined;
  /** Of a corridor that is new, to each side. */
  half_width_cm?: number | undefined;
  band?: Band | undefined;
  /** Told of each whole shape while it is drawn: for a preview. */
  onchange?: ((outline: Outline) => void) | undefined;
}
export type ShownTone = 'accent' | 'own' | 'warning' | 'alarm' | 'info' | 'good';
/** Something a feature shows on the map for a while. */
export interface Shown {
  outline: Outline;
  tone?: ShownTone | undefined;
  band?: Band | undefined;
  label?: string | undefined;
}
/** A place as an outline: a circle of a metre. `placeOf` takes it apart again. */
export const pointOutline = (place: PointE7): Outline => ({ circle: { centre: place, radius_cm: 100 } });
export const placeOf = (outline: Outline): PointE7 | undefined =>
  (outline as { circle?: { centre: PointE7 } }).circle?.centre;

export class Draw {
  /** What is being drawn; the map reads it. */
  asked = $state.raw<DrawAsked | undefined>(undefined);
  /** As far as it is whole; the map writes it. */
  outline = $state.raw<Outline | undefined>(undefined);
  shown = $state.raw<ReadonlyMap<string, readonly Shown[]>>(new Map());
  private settle: ((outline: Outline | undefined) => void) | undefined;

  /** Ends with what was drawn; undefined: it was left. A drawing that is under way is left. A place comes as `pointOutline`. */
  start(asked: DrawAsked): Promise<Outline | undefined> {
    this.cancel();
    this.outline = asked.outline;
    this.asked = asked;
    return new Promise((resolve) => (this.settle = resolve));
  }
  /** The map tells what there is now; undefined: not whole. */
  change(outline: Outline | undefined): void {
    this.outline = outline;
    if (outline !== undefined) this.asked?.onchange?.(outline);
  }
  finish(): void {
    if (this.outline !== undefined) this.end(this.outline);
  }
  cancel(): void {
    this.end(undefined);
  }
  show(key: string, shapes: readonly Shown[]): void {
    // Effects show and hide: they must not depend on what they write.
    const next = new Map(untrack(() => this.shown));
    if (shapes.length === 0) next.delete(key);
    else next.set(key, shapes);
    this.shown = next;
  }
  hide(key: string): void {
    if (untrack(() => this.shown).has(key)) this.show(key, []);
  }
  private end(outline: Outline | undefined): void {
    const settle = this.settle;
    this.settle = undefined;
    this.asked = undefined;
    this.outline = undefined;
    settle?.(outline);
  }
}

export const draw = new Draw();
