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

/** Instances of floats, each drawn as a quad of six corners. */
export class Instances {
  data = new Float32Array(0);
  count = 0;
  private readonly buffer: WebGLBuffer;
  private readonly array: WebGLVertexArrayObject;
  private room = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    readonly of: WebGLProgram,
    private readonly attributes: readonly (readonly [name: string, size: number])[],
  ) {
    this.buffer = gl.createBuffer();
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    let at = 0;
    for (const [name, size] of attributes) {
      const location = gl.getAttribLocation(of, name);
      if (location >= 0) {
        gl.enableVertexAttribArray(location);
        gl.vertexAttribPointer(location, size, gl.FLOAT, false, this.stride * 4, at * 4);
        gl.vertexAttribDivisor(location, 1);
      }
      at += size;
    }
    gl.bindVertexArray(null);
  }
  get stride(): number {
    return this.attributes.reduce((sum, [, size]) => sum + size, 0);
  }
  /** Room for so many; the array is used again. */
  begin(most: number): Float32Array {
    const floats = most * this.stride;
    if (this.data.length < floats) this.data = new Float32Array(Math.max(floats, this.data.length * 2));
    this.count = 0;
    return this.data;
  }
  upload(count: number): void {
    const { gl } = this;
    this.count = count;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const floats = count * this.stride;
    if (floats > this.room) {
      this.room = this.data.length;
      gl.bufferData(gl.ARRAY_BUFFER, this.room * 4, gl.DYNAMIC_DRAW);
    }
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.data, 0, floats);
    gl.bindBuffer(gl.ARRAY_BUFFER, null);
  }
  draw(): void {
    if (this.count === 0) return;
    this.gl.bindVertexArray(this.array);
    this.gl.drawArraysInstanced(this.gl.TRIANGLES, 0, 6, this.count);
    this.gl.bindVertexArray(null);
  }
  delete(): void {
    this.gl.deleteBuffer(this.buffer);
    this.gl.deleteVertexArray(this.array);
    this.gl.deleteProgram(this.of);
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

const CORNERS = `
const vec2 CORNERS[6] = vec2[6](vec2(-1,-1), vec2(1,-1), vec2(1,1), vec2(-1,-1), vec2(1,1), vec2(-1,1));`;
export const SPRITE_VERTEX = `#version 300 es
precision highp float;
uniform mat4 u_matrix; uniform vec2 u_view; uniform float u_half; uniform float u_span;
in vec3 a_at; in vec2 a_uv; in float a_alpha;
out vec2 v_uv; out float v_alpha;
${CORNERS}
void main() {
  vec2 corner = CORNERS[gl_VertexID];
  vec4 at = u_matrix * vec4(a_at, 1.0);
  at.xy += corner * vec2(1.0, -1.0) * u_half * 2.0 / u_view * at.w;
  at.z = 0.0;
  gl_Position = at;
  v_uv = a_uv + (corner * 0.5 + 0.5) * u_span;
  v_alpha = a_alpha;
}`;
export const SPRITE_FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D u_atlas; in vec2 v_uv; in float v_alpha; out vec4 colour;
void main() { colour = texture(u_atlas, v_uv) * v_alpha; }`;
/** A line between two places, so many pixels wide; dashed by `a_dash` pixels, 0: not. */
export const LINE_VERTEX = `#version 300 es
precision highp float;
uniform mat4 u_matrix; uniform vec2 u_view;
in vec3 a_from; in vec3 a_to; in vec4 a_colour; in float a_width; in float a_dash;
out vec4 v_colour; out float v_along; flat out float v_dash;
${CORNERS}
void main() {
  vec2 corner = CORNERS[gl_VertexID];
  vec4 from = u_matrix * vec4(a_from, 1.0);
  vec4 to = u_matrix * vec4(a_to, 1.0);
  vec2 a = from.xy / max(from.w, 1e-6) * u_view * 0.5;
  vec2 b = to.xy / max(to.w, 1e-6) * u_view * 0.5;
  vec2 way = b - a;
  float size = max(length(way), 1e-4);
  vec2 side = vec2(-way.y, way.x) / size;
  vec4 at = corner.x < 0.0 ? from : to;
  at.xy += side * corner.y * a_width * 0.5 * 2.0 / u_view * at.w;
  at.z = 0.0;
  gl_Position = from.w <= 0.0 || to.w <= 0.0 ? vec4(2.0, 2.0, 0.0, 1.0) : at;
  v_colour = a_colour; v_along = corner.x < 0.0 ? 0.0 : size; v_dash = a_dash;
}`;
export const LINE_FRAGMENT = `#version 300 es
precision mediump float;
in vec4 v_colour; in float v_along; flat in float v_dash; out vec4 colour;
void main() {
  if (v_dash > 0.0 && mod(v_along, v_dash * 2.0) > v_dash) discard;
  colour = vec4(v_colour.rgb * v_colour.a, v_colour.a);
}`;
/** A disc, or where `a_ring` is above 0 a ring so many pixels wide. */
export const DISC_VERTEX = `#version 300 es
precision highp float;
uniform mat4 u_matrix; uniform vec2 u_view;
in vec3 a_at; in float a_radius; in vec4 a_colour; in float a_ring;
out vec2 v_at; out vec4 v_colour; flat out float v_radius; flat out float v_ring;
${CORNERS}
void main() {
  vec2 corner = CORNERS[gl_VertexID];
  vec4 at = u_matrix * vec4(a_at, 1.0);
  at.xy += corner * (a_radius + 1.0) * 2.0 / u_view * at.w;
  at.z = 0.0;
  gl_Position = at;
  v_at = corner * (a_radius + 1.0); v_colour = a_colour; v_radius = a_radius; v_ring = a_ring;
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
