// The map's own style: land, borders, graticule, and what stands on it, in the colours of the palette. No glyphs, no images
// from elsewhere.
import type {
  AddLayerObject,
  ExpressionSpecification,
  GeoJSONSourceSpecification,
  StyleSpecification,
} from 'maplibre-gl';

import type { Tone } from '../../view/scene';

/** A colour of the palette by its token. */
export type ColourOf = (token: string) => string;
const TONES: Record<Tone, string> = {
  own: 'own',
  other: 'line-strong',
  warning: 'warning',
  alarm: 'alarm',
  caution: 'caution',
  info: 'info',
  accent: 'accent',
  good: 'good',
};
export const toneToken = (tone: Tone): string => TONES[tone];

function toneColour(colour: ColourOf): ExpressionSpecification {
  const pairs = (Object.keys(TONES) as Tone[]).flatMap((tone) => [tone, colour(TONES[tone])]);
  return ['match', ['get', 'tone'], ...pairs, colour('line-strong')] as unknown as ExpressionSpecification;
}
const empty = (): GeoJSONSourceSpecification => ({
  type: 'geojson',
  data: { type: 'FeatureCollection', features: [] },
  promoteId: 'key',
  tolerance: 0.5,
});
export const AREA_SOURCES = ['zones', 'measures', 'intents', 'chosen', 'shown'] as const;
export type AreaSource = (typeof AREA_SOURCES)[number];
const FILL: Record<AreaSource, number> = { zones: 0.05, measures: 0.08, intents: 0.16, chosen: 0.14, shown: 0.2 };
const WIDTH: Record<AreaSource, number> = { zones: 1.2, measures: 1.6, intents: 1.6, chosen: 3, shown: 2.4 };
/** Behind `/map.pmtiles`, where the node has one. */
export const PMTILES = 'operator';

const shownIf = (seen: boolean) => ({ visibility: seen ? 'visible' : 'none' }) as const;

/** How what changes is drawn. */
export interface Drawn {
  colour: ColourOf;
  /** In true heights, which count `heights` times. */
  solid: boolean;
  heights: number;
  /** Lines are so many times as wide. */
  scale: number;
  /** Sources in which something is: the layers of others are hidden, since without a graphics card each costs. */
  seen: ReadonlySet<string>;
}

function areaLayers(source: AreaSource, { colour, solid, heights, scale, seen }: Drawn): AddLayerObject[] {
  const tone = source === 'chosen' ? colour('accent') : toneColour(colour);
  const layout = shownIf(seen.has(source));
  const line = (stroke: string, dash: number[] | undefined): AddLayerObject => ({
    id: `${source}-${stroke}`,
    type: 'line',
    source,
    filter: ['all', ['==', ['get', 'stroke'], stroke], ['>=', ['zoom'], ['get', 'outlined']]],
    layout,
    paint: {
      'line-color': tone,
      'line-width': WIDTH[source] * scale,
      ...(dash === undefined ? {} : { 'line-dasharray': dash }),
    },
  });
  const layers: AddLayerObject[] = [
    {
      id: `${source}-fill`,
      type: 'fill',
      source,
      layout,
      paint: { 'fill-color': tone, 'fill-opacity': FILL[source], 'fill-antialias': false },
    },
    // What is smaller than its outline would be is a spot.
    {
      id: `${source}-spot`,
      type: 'fill',
      source,
      filter: ['<', ['zoom'], ['get', 'outlined']],
      layout,
      paint: { 'fill-color': tone, 'fill-opacity': 0.75, 'fill-antialias': false },
    },
    {
      id: `${source}-hatch`,
      type: 'fill',
      source,
      filter: ['==', ['get', 'hatched'], true],
      layout,
      paint: {
        'fill-pattern': ['concat', 'hatch-', ['get', 'tone']] as unknown as ExpressionSpecification,
        // What is shown while something is filed lies over others' names.
        'fill-opacity': source === 'shown' ? 0.35 : 0.6,
      },
    },
    line('solid', undefined),
    line('dashed', [4, 2.5]),
    line('dotted', [1, 2]),
  ];
  if (solid) {
    layers.push({
      id: `${source}-body`,
      type: 'fill-extrusion',
      source,
      filter: ['==', ['get', 'body'], true],
      layout,
      paint: {
        'fill-extrusion-color': tone,
        'fill-extrusion-opacity': source === 'zones' ? 0.12 : 0.35,
        'fill-extrusion-base': ['*', ['get', 'base'], heights],
        'fill-extrusion-height': ['*', ['get', 'top'], heights],
        'fill-extrusion-vertical-gradient': false,
      },
    });
  }
  return layers;
}

/** An area that is so many pixels wide has an outline. */
const OUTLINED_PX = 5;
/** The zoom of tiles from which on an area of that width, as a part of the world's, has an outline. */
export const outlinedFrom = (width: number): number =>
  Math.min(22, Math.max(0, Math.ceil(Math.log2(OUTLINED_PX / (512 * Math.max(width, 1e-9))))));

/** Layers of what changes, from below to above. */
export function dynamicLayers(drawn: Drawn): AddLayerObject[] {
  const { colour, scale, seen } = drawn;
  const layout = (source: string) => shownIf(seen.has(source));
  return [
    ...AREA_SOURCES.flatMap((source) => areaLayers(source, drawn)),
    {
      id: 'measuring',
      type: 'line',
      source: 'measuring',
      layout: layout('measuring'),
      paint: { 'line-color': colour('accent'), 'line-width': 2 * scale, 'line-dasharray': [2, 1.5] },
    },
    {
      id: 'drawing-fill',
      type: 'fill',
      source: 'drawing',
      layout: layout('drawing'),
      paint: { 'fill-color': colour('accent'), 'fill-opacity': 0.18 },
    },
    {
      id: 'drawing-line',
      type: 'line',
      source: 'drawing',
      layout: layout('drawing'),
      paint: { 'line-color': colour('accent'), 'line-width': 2.4 * scale },
    },
    {
      id: 'drawing-points',
      type: 'circle',
      source: 'drawing-points',
      layout: layout('drawing-points'),
      paint: {
        'circle-radius': ['case', ['get', 'active'], 7 * scale, 5 * scale],
        'circle-color': ['case', ['get', 'active'], colour('accent'), colour('panel')],
        'circle-stroke-color': colour('accent'),
        'circle-stroke-width': 2,
      },
    },
  ];
}

export function styleOf(colour: ColourOf): StyleSpecification {
  return {
    version: 8,
    sources: {
      land: empty(),
      borders: empty(),
      graticule: empty(),
      ...Object.fromEntries(AREA_SOURCES.map((name) => [name, empty()])),
      measuring: empty(),
      drawing: empty(),
      'drawing-points': empty(),
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': colour('map-sea') } },
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': colour('map-land') } },
      { id: 'coast', type: 'line', source: 'land', paint: { 'line-color': colour('map-line'), 'line-width': 1 } },
      {
        id: 'borders',
        type: 'line',
        source: 'borders',
        paint: { 'line-color': colour('map-line'), 'line-width': 0.8, 'line-dasharray': [4, 3] },
      },
      {
        id: 'graticule',
        type: 'line',
        source: 'graticule',
        paint: { 'line-color': colour('map-line'), 'line-width': 0.4, 'line-opacity': 0.6 },
      },
    ],
  };
}

/** Slanted lines, which say "not without a word" without their colour. */
export function hatch(colour: string, ratio: number): { width: number; height: number; data: Uint8ClampedArray } {
  const size = Math.round(10 * ratio);
  const data = new Uint8ClampedArray(size * size * 4);
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const d = (x + y) % size;
      const on = d < 1.2 * ratio;
      data.set(on ? [r ?? 128, g ?? 128, b ?? 128, 200] : [0, 0, 0, 0], (y * size + x) * 4);
    }
  }
  return { width: size, height: size, data };
}
