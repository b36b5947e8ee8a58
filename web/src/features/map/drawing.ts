// A shape under way: points that are put, moved and taken away. Pure; the map and the form both speak to it.
import type { Outline, PointE7 } from '../../api/documents';
import { pointOutline, type DrawAsked, type Shape } from '../../view/draw.svelte';
import { destination, fromE7, inverse, toE7 } from '../../view/geodesy';

export interface Drawing {
  shape: Shape;
  points: readonly PointE7[];
  /** Which point is being moved; the next goes behind it. */
  active: number | undefined;
  left_cm: number;
  right_cm: number;
  /** Of a circle. */
  radius_cm: number;
}
/** Five nautical miles to each side, and a circle of ten: to begin with. */
const HALF_WIDTH_CM = 926_000;
const RADIUS_CM = 1_852_000;

export function begin(asked: DrawAsked): Drawing {
  const half = asked.half_width_cm ?? HALF_WIDTH_CM;
  const empty: Drawing = {
    shape: asked.shape,
    points: [],
    active: undefined,
    left_cm: half,
    right_cm: half,
    radius_cm: RADIUS_CM,
  };
  const of = (asked.outline ?? {}) as {
    circle?: { centre: PointE7; radius_cm: number };
    corridor?: { line: PointE7[]; left_cm: number; right_cm: number };
    polygon?: PointE7[];
  };
  if (asked.shape === 'corridor' && of.corridor !== undefined)
    return { ...empty, points: of.corridor.line, left_cm: of.corridor.left_cm, right_cm: of.corridor.right_cm };
  if (asked.shape === 'circle' && of.circle !== undefined)
    return { ...empty, points: [of.circle.centre], radius_cm: of.circle.radius_cm };
  if (asked.shape === 'polygon' && of.polygon !== undefined) return { ...empty, points: of.polygon };
  if (asked.shape === 'point' && of.circle !== undefined) return { ...empty, points: [of.circle.centre] };
  return empty;
}
const single = (shape: Shape): boolean => shape === 'point' || shape === 'circle';

/** A click on the map: another point, behind the active one. */
export function put(of: Drawing, place: PointE7): Drawing {
  if (single(of.shape)) return { ...of, points: [place], active: 0 };
  const at = (of.active ?? of.points.length - 1) + 1;
  return { ...of, points: [...of.points.slice(0, at), place, ...of.points.slice(at)], active: at };
}
export function move(of: Drawing, index: number, place: PointE7): Drawing {
  return { ...of, points: of.points.map((point, i) => (i === index ? place : point)), active: index };
}
export function take(of: Drawing, index: number): Drawing {
  const points = of.points.filter((_, i) => i !== index);
  return {
    ...of,
    points,
    active: points.length === 0 ? undefined : Math.max(0, Math.min(index - 1, points.length - 1)),
  };
}
/** The rim of a circle is pulled to a place. */
export function reach(of: Drawing, place: PointE7): Drawing {
  const [centre] = of.points;
  if (centre === undefined) return of;
  return {
    ...of,
    radius_cm: Math.max(100, Math.min(50_000_000, Math.round(inverse(fromE7(centre), fromE7(place)).metres * 100))),
  };
}
/** Where the rim of a circle is taken hold of: to the east. */
export function rim(of: Drawing): PointE7 | undefined {
  const [centre] = of.points;
  return of.shape !== 'circle' || centre === undefined
    ? undefined
    : toE7(destination(fromE7(centre), 90, of.radius_cm / 100));
}
/** The outline, where it is whole. */
export function outlineOf(of: Drawing): Outline | undefined {
  const points = [...of.points];
  const [first] = points;
  if (of.shape === 'point') return first === undefined ? undefined : pointOutline(first);
  if (of.shape === 'circle')
    return first === undefined || of.radius_cm < 1 ? undefined : { circle: { centre: first, radius_cm: of.radius_cm } };
  const distinct = points.filter((p, i) => i === 0 || p[0] !== points[i - 1]?.[0] || p[1] !== points[i - 1]?.[1]);
  if (of.shape === 'corridor')
    return distinct.length < 2 || of.left_cm + of.right_cm <= 0
      ? undefined
      : { corridor: { line: distinct, left_cm: of.left_cm, right_cm: of.right_cm } };
  return distinct.length < 3 ? undefined : { polygon: distinct };
}
