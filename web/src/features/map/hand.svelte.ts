// What is drawn by hand: the pointer and the form move the same points.
import type { PointE7 } from '../../api/documents';
import { draw } from '../../view/draw.svelte';
import { densify, fromE7 } from '../../view/geodesy';
import { ringOf } from '../../view/outline';
import * as drawing from './drawing';
import type { Engine } from './engine';

/** Within so many pixels a point is taken hold of. */
const GRIP_PX = 12;
const HIT_PX = 6;
interface Pixel {
  x: number;
  y: number;
}

export class Hand {
  drawn = $state.raw<drawing.Drawing | undefined>(undefined);
  private dragged: number | 'rim' | undefined;

  constructor(private readonly engine: Engine) {}

  set(of: drawing.Drawing | undefined): void {
    this.drawn = of;
    if (draw.asked !== undefined) draw.change(of === undefined ? undefined : drawing.outlineOf(of));
    this.show();
  }
  takeHold(at: Pixel): boolean {
    const of = this.drawn;
    if (of === undefined) return false;
    const rim = drawing.rim(of);
    const index = of.points.findIndex((point) => this.near(point, at, GRIP_PX));
    this.dragged = rim !== undefined && this.near(rim, at, GRIP_PX) ? 'rim' : index < 0 ? undefined : index;
    return this.dragged !== undefined;
  }
  drag(at: PointE7): void {
    if (this.drawn === undefined || this.dragged === undefined) return;
    this.set(this.dragged === 'rim' ? drawing.reach(this.drawn, at) : drawing.move(this.drawn, this.dragged, at));
  }
  letGo(): void {
    this.dragged = undefined;
  }
  /** True: it was for the drawing. */
  click(at: PointE7, screen: Pixel): boolean {
    const of = this.drawn;
    if (of === undefined) return false;
    const rim = drawing.rim(of);
    const held = [...of.points, ...(rim === undefined ? [] : [rim])].some((point) => this.near(point, screen, HIT_PX));
    if (!held) this.set(drawing.put(of, at));
    return true;
  }
  private near(point: PointE7, at: Pixel, reach: number): boolean {
    const on = this.engine.map.project(fromE7(point));
    return Math.hypot(on.x - at.x, on.y - at.y) < reach;
  }
  private show(): void {
    const of = this.drawn;
    if (of === undefined) {
      this.engine.drawing([], [], []);
      return;
    }
    const outline = drawing.outlineOf(of);
    const rim = drawing.rim(of);
    const points = of.points.map((point, n) => ({ at: fromE7(point), active: n === of.active }));
    if (rim !== undefined) points.push({ at: fromE7(rim), active: false });
    this.engine.drawing(
      outline === undefined || of.shape === 'point' ? [] : ringOf(outline),
      of.shape === 'circle' ? [] : densify(of.points.map(fromE7)),
      points,
    );
  }
}
