// The symbols of tracks (APP-6D, by milsymbol), drawn once each into one picture that the graphics card holds.
import ms from 'milsymbol';

import type { Standing } from '../../view/identity';

export interface Sprite {
  /** Its cell in the picture. */
  u: number;
  v: number;
}
export interface SymbolColours {
  frame: Record<Standing, string>;
  ground: string;
}

const CELLS = 16;
/** Of a cell, in pixels of the page. */
export const CELL = 30;
const SYMBOL = 15;

export class Atlas {
  readonly canvas = document.createElement('canvas');
  /** Rises with what is drawn into it. */
  version = 0;
  private readonly sprites = new Map<string, Sprite>();
  private readonly context: CanvasRenderingContext2D | null;
  private cell = 0;

  constructor(
    private ratio: number,
    private colours: SymbolColours,
  ) {
    this.context = this.canvas.getContext('2d', { willReadFrequently: true });
    this.redraw(colours, ratio);
  }
  /** Another palette, or another size: all are drawn anew, in their cells. */
  redraw(colours: SymbolColours, ratio: number): void {
    this.colours = colours;
    this.ratio = ratio;
    this.cell = Math.ceil(CELL * ratio);
    // Empties it.
    this.canvas.width = this.canvas.height = this.cell * CELLS;
    for (const [key, sprite] of this.sprites) this.paint(key, sprite);
  }
  get(sidc: string, standing: Standing): Sprite {
    const key = `${standing} ${sidc}`;
    const found = this.sprites.get(key);
    if (found !== undefined) return found;
    const n = Math.min(this.sprites.size, CELLS * CELLS - 1);
    const sprite = { u: (n % CELLS) / CELLS, v: Math.floor(n / CELLS) / CELLS };
    this.sprites.set(key, sprite);
    this.paint(key, sprite);
    return sprite;
  }
  static readonly span = 1 / CELLS;

  private paint(key: string, sprite: Sprite): void {
    const [standing = 'unknown', sidc = ''] = key.split(' ') as [Standing, string];
    const colour = this.colours.frame[standing];
    const mode = {
      Civilian: colour,
      Friend: colour,
      Hostile: colour,
      Neutral: colour,
      Unknown: colour,
      Suspect: colour,
    };
    const ground = standing === 'own' ? colour : this.colours.ground;
    const symbol = new ms.Symbol(sidc, {
      size: SYMBOL,
      frameColor: mode,
      iconColor: mode,
      fillColor: ground,
      fillOpacity: standing === 'own' ? 0.55 : 0.85,
      strokeWidth: 9,
      // The question mark of an assumed one is not legible at this size: its label has it.
      infoFields: false,
    });
    const drawn = symbol.asCanvas(this.ratio);
    const anchor = symbol.getAnchor();
    const x = Math.round(sprite.u * this.canvas.width + this.cell / 2 - anchor.x * this.ratio);
    const y = Math.round(sprite.v * this.canvas.height + this.cell / 2 - anchor.y * this.ratio);
    if (drawn.width > 0) this.context?.drawImage(drawn, x, y);
    this.version += 1;
  }
}
