// Draws the tracks, on a canvas of its own over the map's: each second they are elsewhere, and the map beneath, with
// thousands of areas, is not drawn anew for that. The layer in the map only tells how it is projected.
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';

import { Atlas, CELL, type Sprite } from './atlas';
import {
  DISC_FRAGMENT,
  DISC_VERTEX,
  Instances,
  LINE_FRAGMENT,
  LINE_VERTEX,
  program,
  SPRITE_FRAGMENT,
  SPRITE_VERTEX,
} from './gl';
import { TRAIL, TrackTable, type Vector } from './track-table';

type Colour = [number, number, number, number];
export interface TrackLook {
  sprite: Sprite;
  colour: Colour;
  /** Drawn with a ring: selected, or an alert is about it. */
  ring: Colour | undefined;
}
/** A line between two places of the map, beside the tracks: to the closest approach. */
export interface Link {
  from: readonly [x: number, y: number, z: number];
  to: readonly [x: number, y: number, z: number];
  colour: Colour;
  width: number;
  dash: number;
}
export interface TrackScene {
  table: TrackTable;
  lookOf: (id: number, row: number) => TrackLook;
  links: readonly Link[];
  /** Ends of links, and other marks: rings. */
  marks: readonly { at: readonly [x: number, y: number, z: number]; radius: number; colour: Colour }[];
  vector: Vector;
  trails: boolean;
  /** Of symbols: 1 as they are, less in a crowd. */
  size: number;
  /** How large the screen's text is: everything that is measured in pixels goes with it. */
  scale: number;
  /** Heights count so many times; 0 on the flat map. */
  heights: number;
}
const DOT_PX = 1.4;

export class TrackLayer implements CustomLayerInterface {
  readonly id = 'tracks';
  readonly type = 'custom' as const;
  readonly renderingMode = '2d' as const;
  /** Clip space out of mercator units, as the last frame of the map had it. */
  readonly matrix = new Float64Array(16);
  private map: MapLibre | undefined;
  private gl: WebGL2RenderingContext | undefined;
  private sprites: Instances | undefined;
  private lines: Instances | undefined;
  private discs: Instances | undefined;
  private texture: WebGLTexture | null = null;
  private textureVersion = -1;
  private dirty = true;
  /** The map has said how it is projected. */
  private framed = false;
  private asked: number | undefined;
  private told: ReturnType<typeof setTimeout> | undefined;
  private origin: [number, number] = [0.5, 0.5];
  private readonly local = new Float32Array(16);
  private metresPerPixel = 1;

  /** `drawn`: after frames that did not come with one of the map. Throws where there is no WebGL 2. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly scene: TrackScene,
    private readonly atlas: Atlas,
    private readonly drawn: () => void,
  ) {
    this.begin();
    canvas.addEventListener('webglcontextlost', this.lost);
    canvas.addEventListener('webglcontextrestored', this.restored);
  }
  /** Something has changed: the arrays are made anew with the next frame. */
  touch(): void {
    this.dirty = true;
    this.asked ??= requestAnimationFrame(() => {
      // Behind this frame: what else has changed in it, as an alert, is on the screen before thousands of signs are drawn.
      this.told ??= setTimeout(() => {
        this.asked = this.told = undefined;
        if (!this.framed) return;
        this.draw();
        this.drawn();
      });
    });
  }
  destroy(): void {
    if (this.asked !== undefined) cancelAnimationFrame(this.asked);
    clearTimeout(this.told);
    this.canvas.removeEventListener('webglcontextlost', this.lost);
    this.canvas.removeEventListener('webglcontextrestored', this.restored);
    for (const of of [this.sprites, this.lines, this.discs]) of?.delete();
    this.gl?.deleteTexture(this.texture);
    this.gl?.getExtension('WEBGL_lose_context')?.loseContext();
    this.gl = undefined;
  }

  // What the map asks for.

  onAdd(map: MapLibre): void {
    this.map = map;
  }
  render(_: unknown, options: CustomRenderMethodInput): void {
    this.matrix.set(options.defaultProjectionData.mainMatrix as unknown as ArrayLike<number>);
    this.framed = true;
    this.draw();
  }

  private readonly lost = (event: Event): void => {
    // So that it is given back.
    event.preventDefault();
    this.gl = undefined;
  };
  private readonly restored = (): void => {
    this.begin();
    this.touch();
  };
  private begin(): void {
    const gl = this.canvas.getContext('webgl2', {
      alpha: true,
      antialias: false,
      depth: false,
      stencil: false,
      powerPreference: 'high-performance',
    });
    if (gl === null) throw new Error('no WebGL 2');
    this.sprites = new Instances(gl, program(gl, SPRITE_VERTEX, SPRITE_FRAGMENT), 2);
    this.lines = new Instances(gl, program(gl, LINE_VERTEX, LINE_FRAGMENT), 3);
    this.discs = new Instances(gl, program(gl, DISC_VERTEX, DISC_FRAGMENT), 3);
    this.texture = gl.createTexture();
    this.textureVersion = -1;
    this.dirty = true;
    this.gl = gl;
  }
  private draw(): void {
    const { map, gl, canvas, sprites, lines, discs } = this;
    if (map === undefined || gl === undefined) return;
    if (sprites === undefined || lines === undefined || discs === undefined) return;
    const beneath = map.getCanvas();
    if (canvas.width !== beneath.width || canvas.height !== beneath.height) {
      canvas.width = beneath.width;
      canvas.height = beneath.height;
    }
    const centre = map.getCenter();
    const middle: [number, number] = [(centre.lng + 180) / 360, TrackLayer.y(centre.lat)];
    const metres = (40_075_016.68 * Math.cos((centre.lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom());
    // Far from where the arrays begin, or at another scale, what is in pixels is made anew.
    const far = Math.hypot(middle[0] - this.origin[0], middle[1] - this.origin[1]) > 0.05;
    if (far || Math.abs(metres / this.metresPerPixel - 1) > 0.05) this.dirty = true;
    if (this.dirty) {
      this.origin = middle;
      this.metresPerPixel = metres;
      this.build();
      this.dirty = false;
    }
    this.translate();
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const of of [lines, discs, sprites]) {
      gl.useProgram(of.of);
      gl.uniformMatrix4fv(gl.getUniformLocation(of.of, 'u_matrix'), false, this.local);
      gl.uniform2f(
        gl.getUniformLocation(of.of, 'u_view'),
        canvas.width / map.getPixelRatio(),
        canvas.height / map.getPixelRatio(),
      );
      if (of === sprites) {
        this.bindAtlas(gl);
        gl.uniform1f(gl.getUniformLocation(of.of, 'u_half'), (CELL / 2) * this.scene.size * this.scene.scale);
        gl.uniform1f(gl.getUniformLocation(of.of, 'u_span'), Atlas.span);
        gl.uniform1i(gl.getUniformLocation(of.of, 'u_atlas'), 0);
      }
      of.draw();
    }
  }

  private static y(lat: number): number {
    return (1 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / Math.PI) / 2;
  }
  /** The arrays begin at `origin`: what is left fits 32 bits. */
  private translate(): void {
    const [x, y] = this.origin;
    const m = this.matrix;
    for (let i = 0; i < 12; i += 1) this.local[i] = m[i] ?? 0;
    for (let i = 0; i < 4; i += 1) this.local[12 + i] = (m[i] ?? 0) * x + (m[4 + i] ?? 0) * y + (m[12 + i] ?? 0);
  }
  private bindAtlas(gl: WebGL2RenderingContext): void {
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    if (this.textureVersion === this.atlas.version) return;
    this.textureVersion = this.atlas.version;
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, this.atlas.canvas);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }

  private build(): void {
    const { sprites, lines, discs } = this;
    const { table, heights, vector, trails, links, marks, scale } = this.scene;
    if (sprites === undefined || lines === undefined || discs === undefined) return;
    const [ox, oy] = this.origin;
    const s = sprites.begin(table.size);
    const l = lines.begin(table.size * 2 + links.length);
    const d = discs.begin(table.size * ((trails ? TRAIL : 0) + 2) + marks.length);
    let [ns, nl, nd] = [0, 0, 0];
    const line = (
      ax: number,
      ay: number,
      az: number,
      bx: number,
      by: number,
      bz: number,
      c: Colour,
      alpha: number,
      width: number,
      dash: number,
    ): void => {
      l.set([ax, ay, az, width, bx, by, bz, dash, c[0], c[1], c[2], c[3] * alpha], nl);
      nl += 12;
    };
    const disc = (x: number, y: number, z: number, radius: number, c: Colour, alpha: number, ring: number): void => {
      d.set([x, y, z, radius, c[0], c[1], c[2], c[3] * alpha, ring], nd);
      nd += 12;
    };
    for (let row = 0; row < table.size; row += 1) {
      const look = this.scene.lookOf(table.ids[row] ?? 0, row);
      const wrapped = (table.x[row] ?? 0) + TrackTable.shift(table.x[row] ?? 0, ox);
      const [x, y] = [wrapped - ox, (table.y[row] ?? 0) - oy];
      const height = table.z[row] ?? Number.NaN;
      const z = heights === 0 || Number.isNaN(height) ? 0 : height * heights * (table.scale[row] ?? 0);
      const fresh = table.fresh[row] ?? 1;
      s.set([x, y, z, fresh, look.sprite.u, look.sprite.v], ns);
      ns += 8;
      const ahead = (table.sea[row] ?? 0) === 1 ? vector.sea_s : vector.air_s;
      const [dx, dy] = [(table.dx[row] ?? 0) * ahead, (table.dy[row] ?? 0) * ahead];
      // Who is not heard any more is not foretold.
      if (ahead > 0 && fresh > 0.6 && (dx !== 0 || dy !== 0)) {
        const rise = z === 0 ? 0 : (table.climb[row] ?? 0) * ahead * heights * (table.scale[row] ?? 0);
        line(
          x,
          y,
          z,
          x + dx,
          y + dy,
          Math.max(0, z + rise),
          look.colour,
          0.9 * fresh,
          1.5 * scale,
          fresh < 1 ? 3 * scale : 0,
        );
      }
      if (z > 0) line(x, y, z, x, y, 0, look.colour, 0.45 * fresh, scale, 2 * scale);
      if (trails) {
        const count = table.trailCount[row] ?? 0;
        for (let k = 0; k < count; k += 1) {
          const tx =
            (table.trailX[row * TRAIL + k] ?? 0) + TrackTable.shift(table.trailX[row * TRAIL + k] ?? 0, ox) - ox;
          disc(
            tx,
            (table.trailY[row * TRAIL + k] ?? 0) - oy,
            0,
            DOT_PX * scale,
            look.colour,
            fresh * (0.8 - (0.6 * k) / TRAIL),
            0,
          );
        }
      }
      const doubt = (table.uncertainty_m[row] ?? 0) / this.metresPerPixel;
      if (doubt > (CELL / 2) * scale && doubt < 400 * scale) disc(x, y, z, doubt, look.colour, 0.5 * fresh, 1);
      if (look.ring !== undefined) disc(x, y, z, (CELL / 2 + 1) * scale, look.ring, 1, 2 * scale);
    }
    for (const link of links) {
      const shift = TrackTable.shift(link.from[0], ox);
      const [z0, z1] = heights === 0 ? [0, 0] : [link.from[2] * heights, link.to[2] * heights];
      line(
        link.from[0] + shift - ox,
        link.from[1] - oy,
        z0,
        link.to[0] + shift - ox,
        link.to[1] - oy,
        z1,
        link.colour,
        1,
        link.width * scale,
        link.dash * scale,
      );
    }
    for (const mark of marks) {
      const x = mark.at[0] + TrackTable.shift(mark.at[0], ox) - ox;
      disc(
        x,
        mark.at[1] - oy,
        heights === 0 ? 0 : mark.at[2] * heights,
        mark.radius * scale,
        mark.colour,
        1,
        2 * scale,
      );
    }
    sprites.upload(ns / 8);
    lines.upload(nl / 12);
    discs.upload(nd / 12);
  }
}
