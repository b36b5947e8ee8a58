// Places of the map on the screen, as the last frame had them. Fast enough for thousands.
import { TrackTable } from './track-table';

export class Projection {
  width = 1;
  height = 1;
  /** The middle, in mercator units: the copy of the world that is nearest counts. */
  middleX = 0.5;
  constructor(private readonly matrix: Float64Array) {}

  /** False: behind who looks. */
  readonly to = (x: number, y: number, z: number, out: Float64Array): boolean => {
    const m = this.matrix;
    const near = x + TrackTable.shift(x, this.middleX);
    const w = (m[3] ?? 0) * near + (m[7] ?? 0) * y + (m[11] ?? 0) * z + (m[15] ?? 0);
    if (w <= 0) return false;
    out[0] = ((((m[0] ?? 0) * near + (m[4] ?? 0) * y + (m[8] ?? 0) * z + (m[12] ?? 0)) / w + 1) / 2) * this.width;
    out[1] = ((1 - ((m[1] ?? 0) * near + (m[5] ?? 0) * y + (m[9] ?? 0) * z + (m[13] ?? 0)) / w) / 2) * this.height;
    return true;
  };
}

/** A round distance that fits into so many pixels: 1, 2 or 5 times a power of ten. */
export function roundDistance(metresPerPixel: number, pixels: number, unit: number): { value: number; pixels: number } {
  const most = (metresPerPixel * pixels) / unit;
  if (!(most > 0)) return { value: 0, pixels: 0 };
  const power = 10 ** Math.floor(Math.log10(most));
  const value = ([5, 2, 1].find((n) => n * power <= most) ?? 1) * power;
  return { value, pixels: (value * unit) / metresPerPixel };
}
