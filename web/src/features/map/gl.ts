// The little of WebGL that the tracks need: programs, and arrays of instances.

export function program(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const made = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (shader === null) throw new Error('no shader');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (gl.getShaderParameter(shader, gl.COMPILE_STATUS) !== true)
      throw new Error(gl.getShaderInfoLog(shader) ?? 'shader');
    gl.attachShader(made, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(made);
  if (gl.getProgramParameter(made, gl.LINK_STATUS) !== true) throw new Error(gl.getProgramInfoLog(made) ?? 'program');
  return made;
}

/** The unit of textures at which instances are bound. */
const UNIT = 1;
/** So many instances lie in a row of the texture. */
const ROW = 256;
/**
 * Instances of floats, each drawn as a quad of six corners. They lie in a texture from which the vertex shader takes its own
 * (`of_instance`), and are drawn as one array of triangles: where there is no graphics card, instanced drawing costs as much
 * for each quad as for a whole array.
 */
export class Instances {
  data = new Float32Array(0);
  count = 0;
  /** Floats of an instance: so many texels of four. */
  readonly stride: number;
  private readonly texture: WebGLTexture;
  private readonly array: WebGLVertexArrayObject;
  private rows = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    readonly of: WebGLProgram,
    private readonly texels: number,
  ) {
    this.stride = texels * 4;
    this.texture = gl.createTexture();
    this.array = gl.createVertexArray();
  }
  /** Room for so many; the array is used again. */
  begin(most: number): Float32Array {
    const floats = Math.ceil(most / ROW) * ROW * this.stride;
    if (this.data.length < floats) this.data = new Float32Array(Math.max(floats, this.data.length * 2));
    this.count = 0;
    return this.data;
  }
  upload(count: number): void {
    const { gl, texels } = this;
    this.count = count;
    if (count === 0) return;
    const rows = Math.ceil(count / ROW);
    this.bind();
    // What is set for the atlas, a picture, does not hold for numbers.
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    if (rows > this.rows) {
      this.rows = this.data.length / (ROW * this.stride);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, ROW * texels, this.rows, 0, gl.RGBA, gl.FLOAT, null);
      for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
        gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    }
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, ROW * texels, rows, gl.RGBA, gl.FLOAT, this.data);
  }
  /** With the program `of` in use. */
  draw(): void {
    if (this.count === 0) return;
    this.bind();
    this.gl.uniform1i(this.gl.getUniformLocation(this.of, 'u_instances'), UNIT);
    this.gl.bindVertexArray(this.array);
    this.gl.drawArrays(this.gl.TRIANGLES, 0, this.count * 6);
    this.gl.bindVertexArray(null);
  }
  delete(): void {
    this.gl.deleteTexture(this.texture);
    this.gl.deleteVertexArray(this.array);
    this.gl.deleteProgram(this.of);
  }
  private bind(): void {
    this.gl.activeTexture(this.gl.TEXTURE0 + UNIT);
    this.gl.bindTexture(this.gl.TEXTURE_2D, this.texture);
  }
}

/** A colour of the palette as four numbers of 0 to 1. */
export function rgba(colour: string, alpha = 1): [number, number, number, number] {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour.trim());
  if (hex === null) return [0.5, 0.5, 0.5, alpha];
  return [
    parseInt(hex[1] ?? '80', 16) / 255,
    parseInt(hex[2] ?? '80', 16) / 255,
    parseInt(hex[3] ?? '80', 16) / 255,
    alpha,
  ];
}

const QUADS = `
precision highp sampler2D;
uniform sampler2D u_instances;
// Texel n of the instance to which this corner belongs, which has so many.
vec4 of_instance(int size, int n) {
  int instance = gl_VertexID / 6;
  return texelFetch(u_instances, ivec2(instance % ${String(ROW)} * size + n, instance / ${String(ROW)}), 0);
}
const vec2 CORNERS[6] = vec2[6](vec2(-1,-1), vec2(1,-1), vec2(1,1), vec2(-1,-1), vec2(1,1), vec2(-1,1));
vec2 corner_here() { return CORNERS[gl_VertexID % 6]; }`;
/** A sign out of the atlas: where, alpha; its corner in the atlas. */
export const SPRITE_VERTEX = `#version 300 es
precision highp float;
uniform mat4 u_matrix; uniform vec2 u_view; uniform float u_half; uniform float u_span;
out vec2 v_uv; out float v_alpha;
${QUADS}
void main() {
  vec2 corner = corner_here();
  vec4 place = of_instance(2, 0);
  vec4 look = of_instance(2, 1);
  vec4 at = u_matrix * vec4(place.xyz, 1.0);
  at.xy += corner * vec2(1.0, -1.0) * u_half * 2.0 / u_view * at.w;
  at.z = 0.0;
  gl_Position = at;
  v_uv = look.xy + (corner * 0.5 + 0.5) * u_span;
  v_alpha = place.w;
}`;
export const SPRITE_FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D u_atlas; in vec2 v_uv; in float v_alpha; out vec4 colour;
void main() { colour = texture(u_atlas, v_uv) * v_alpha; }`;
/** A line between two places: from, width in pixels; to, dashes of so many pixels, 0: none; colour. */
export const LINE_VERTEX = `#version 300 es
precision highp float;
uniform mat4 u_matrix; uniform vec2 u_view;
out vec4 v_colour; out float v_along; flat out float v_dash;
${QUADS}
void main() {
  vec2 corner = corner_here();
  vec4 first = of_instance(3, 0);
  vec4 last = of_instance(3, 1);
  vec4 from = u_matrix * vec4(first.xyz, 1.0);
  vec4 to = u_matrix * vec4(last.xyz, 1.0);
  vec2 a = from.xy / max(from.w, 1e-6) * u_view * 0.5;
  vec2 b = to.xy / max(to.w, 1e-6) * u_view * 0.5;
  vec2 way = b - a;
  float size = max(length(way), 1e-4);
  vec2 side = vec2(-way.y, way.x) / size;
  vec4 at = corner.x < 0.0 ? from : to;
  at.xy += side * corner.y * first.w * 0.5 * 2.0 / u_view * at.w;
  at.z = 0.0;
  gl_Position = from.w <= 0.0 || to.w <= 0.0 ? vec4(2.0, 2.0, 0.0, 1.0) : at;
  v_colour = of_instance(3, 2); v_along = corner.x < 0.0 ? 0.0 : size; v_dash = last.w;
}`;
export const LINE_FRAGMENT = `#version 300 es
precision mediump float;
in vec4 v_colour; in float v_along; flat in float v_dash; out vec4 colour;
void main() {
  if (v_dash > 0.0 && mod(v_along, v_dash * 2.0) > v_dash) discard;
  colour = vec4(v_colour.rgb * v_colour.a, v_colour.a);
}`;
/** A disc: where, radius in pixels; colour; above 0: a ring so many pixels wide. */
export const DISC_VERTEX = `#version 300 es
precision highp float;
uniform mat4 u_matrix; uniform vec2 u_view;
out vec2 v_at; out vec4 v_colour; flat out float v_radius; flat out float v_ring;
${QUADS}
void main() {
  vec2 corner = corner_here();
  vec4 place = of_instance(3, 0);
  float radius = place.w;
  vec4 at = u_matrix * vec4(place.xyz, 1.0);
  at.xy += corner * (radius + 1.0) * 2.0 / u_view * at.w;
  at.z = 0.0;
  gl_Position = at;
  v_at = corner * (radius + 1.0); v_colour = of_instance(3, 1); v_radius = radius; v_ring = of_instance(3, 2).x;
}`;
export const DISC_FRAGMENT = `#version 300 es
precision mediump float;
in vec2 v_at; in vec4 v_colour; flat in float v_radius; flat in float v_ring; out vec4 colour;
void main() {
  float d = length(v_at);
  float alpha = clamp(v_radius - d + 0.5, 0.0, 1.0);
  if (v_ring > 0.0) alpha *= clamp(d - v_radius + v_ring + 0.5, 0.0, 1.0);
  if (alpha <= 0.0) discard;
  alpha *= v_colour.a;
  colour = vec4(v_colour.rgb * alpha, alpha);
}`;
