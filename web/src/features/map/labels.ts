// Labels beside what they name, none over another: who matters more is placed first, and stays where it was where it can.

export interface Label {
  /** The same from frame to frame. */
  key: string;
  x: number;
  y: number;
  lines: readonly string[];
  colour: string;
  /** Less is earlier. */
  rank: number;
  /** From the middle of what it names, in pixels; 0: the label stands on it. */
  away: number;
  /** Of one that stands on it: rather above, then below. */
  edge?: boolean;
  /** Another place, where there is no room at the first. */
  else?: readonly [x: number, y: number];
  strong?: boolean;
}
export interface Placed {
  label: Label;
  x: number;
  y: number;
  width: number;
  height: number;
  corner: number;
}
const GRID = 24;
type Box = readonly [x: number, y: number, w: number, h: number];
const NONE: readonly Box[] = [];

/** Which cells of the screen are taken. */
class Occupied {
  private readonly columns: number;
  private readonly boxes = new Map<number, Box[]>();
  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.columns = Math.ceil(width / GRID) + 1;
  }
  free(x: number, y: number, w: number, h: number): boolean {
    if (x < 2 || y < 2 || x + w > this.width - 2 || y + h > this.height - 2) return false;
    for (let row = Math.floor(y / GRID); row <= Math.floor((y + h) / GRID); row += 1) {
      for (let column = Math.floor(x / GRID); column <= Math.floor((x + w) / GRID); column += 1) {
        for (const [bx, by, bw, bh] of this.boxes.get(row * this.columns + column) ?? NONE)
          if (x < bx + bw && bx < x + w && y < by + bh && by < y + h) return false;
      }
    }
    return true;
  }
  take(x: number, y: number, w: number, h: number): void {
    for (let row = Math.floor(y / GRID); row <= Math.floor((y + h) / GRID); row += 1) {
      for (let column = Math.floor(x / GRID); column <= Math.floor((x + w) / GRID); column += 1) {
        const cell = row * this.columns + column;
        const boxes = this.boxes.get(cell);
        if (boxes === undefined) this.boxes.set(cell, [[x, y, w, h]]);
        else boxes.push([x, y, w, h]);
      }
    }
  }
}

export interface Places {
  width: number;
  height: number;
  lineHeight: number;
  measure: (text: string, strong: boolean) => number;
  /** Where a label stood before. */
  before: ReadonlyMap<string, number>;
  most: number;
  /** Not to be written on: symbols, and panels over the map. */
  blocked: readonly Box[];
}

/** The place of a label for each corner, clockwise from above at the end. */
function at(label: Label, corner: number, w: number, h: number): [number, number] {
  const { x, y, away } = label;
  // Above and below there is a little air.
  if (away === 0) return [x - w / 2, y - h / 2 + (corner - 1) * (label.edge === true ? h / 2 + 3 : h)];
  const d = away * 0.72;
  return [
    [x + d, y - d - h / 2],
    [x + d, y + d - h / 2],
    [x - d - w, y + d - h / 2],
    [x - d - w, y - d - h / 2],
  ][corner] as [number, number];
}

export function place(labels: readonly Label[], of: Places): Placed[] {
  const taken = new Occupied(of.width, of.height);
  for (const [x, y, w, h] of of.blocked) taken.take(x, y, w, h);
  const placed: Placed[] = [];
  // Of one rank they come in the order given, which is the same from frame to frame.
  for (const label of [...labels].sort((a, b) => a.rank - b.rank)) {
    if (placed.length >= of.most) break;
    const corners = label.away !== 0 ? [0, 1, 2, 3] : label.edge === true ? [0, 2, 1] : [1, 0, 2];
    const was = of.before.get(label.key);
    const order = was === undefined ? corners : [was, ...corners.filter((c) => c !== was)];
    // Of an area the name alone is better than nothing.
    const briefer = label.away === 0 && label.lines.length > 1 ? [{ ...label, lines: label.lines.slice(0, 1) }] : [];
    const elsewhere = label.else === undefined ? [] : [{ ...label, x: label.else[0], y: label.else[1] }];
    for (const one of [label, ...briefer, ...elsewhere]) {
      const found = fit(one, order, taken, of);
      if (found === undefined) continue;
      taken.take(found.x, found.y, found.width, found.height);
      placed.push(found);
      break;
    }
  }
  return placed;
}
function fit(label: Label, order: readonly number[], taken: Occupied, of: Places): Placed | undefined {
  const width = Math.max(...label.lines.map((line) => of.measure(line, label.strong === true))) + 4;
  const height = label.lines.length * of.lineHeight;
  for (const corner of order) {
    const [x, y] = at(label, corner, width, height);
    if (taken.free(x, y, width, height)) return { label, x, y, width, height, corner };
  }
  return undefined;
}

export interface Pen {
  context: CanvasRenderingContext2D;
  ratio: number;
  font: string;
  strongFont: string;
  lineHeight: number;
  halo: string;
}
const widths = new Map<string, number>();
export function measureWith(pen: Pen): (text: string, strong: boolean) => number {
  return (text, strong) => {
    const font = strong ? pen.strongFont : pen.font;
    const key = `${font}\n${text}`;
    let width = widths.get(key);
    if (width === undefined) {
      if (widths.size > 20_000) widths.clear();
      pen.context.font = font;
      width = pen.context.measureText(text).width;
      widths.set(key, width);
    }
    return width;
  };
}
export function drawLabels(pen: Pen, placed: readonly Placed[]): void {
  const { context, ratio } = pen;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, context.canvas.width / ratio, context.canvas.height / ratio);
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = pen.lineHeight / 3.2;
  context.strokeStyle = pen.halo;
  // Places and call signs run left to right; what is written in Arabic runs as its letters do, within its line.
  context.direction = 'ltr';
  for (const { label, x, y } of placed) {
    context.font = label.strong === true ? pen.strongFont : pen.font;
    context.fillStyle = label.colour;
    label.lines.forEach((line, n) => {
      const at: [number, number] = [x + 2, y + (n + 0.5) * pen.lineHeight];
      context.strokeText(line, ...at);
      context.fillText(line, ...at);
    });
  }
}
