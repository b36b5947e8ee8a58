// The operator's own map, where the node has one: /map.pmtiles, of pictures or of vectors whose layers nobody knows beforehand.
import { addProtocol, type Map as MapLibre } from 'maplibre-gl';

import type { ColourOf } from './style';

const PATH = 'map.pmtiles';
const SOURCE = 'operator';
let known = false;

interface Metadata {
  vector_layers?: { id: string }[];
}

export async function operatorLayers(map: MapLibre, colour: ColourOf): Promise<void> {
  const url = new URL(PATH, document.baseURI).href;
  try {
    const answer = await fetch(url, { headers: { Range: 'bytes=0-6' } });
    if (!answer.ok || !(await answer.text()).startsWith('PMTiles')) return;
    const { PMTiles, Protocol, TileType } = await import('pmtiles');
    const archive = new PMTiles(url);
    const protocol = new Protocol();
    protocol.add(archive);
    if (!known) addProtocol('pmtiles', protocol.tile);
    known = true;
    const header = await archive.getHeader();
    if (map.getSource(SOURCE) !== undefined) return;
    const bounds: [number, number, number, number] = [header.minLon, header.minLat, header.maxLon, header.maxLat];
    const common = { url: `pmtiles://${url}`, bounds };
    if (header.tileType !== TileType.Mvt) {
      map.addSource(SOURCE, { type: 'raster', tileSize: 256, ...common });
      map.addLayer({ id: SOURCE, type: 'raster', source: SOURCE, paint: { 'raster-opacity': 0.8 } }, 'graticule');
      return;
    }
    map.addSource(SOURCE, { type: 'vector', ...common });
    for (const { id } of ((await archive.getMetadata()) as Metadata).vector_layers ?? []) {
      const of = { source: SOURCE, 'source-layer': id };
      map.addLayer(
        {
          id: `${SOURCE}-${id}-fill`,
          type: 'fill',
          ...of,
          filter: ['==', ['geometry-type'], 'Polygon'],
          paint: { 'fill-color': colour(/water|ocean|sea/.test(id) ? 'map-sea' : 'map-land'), 'fill-opacity': 0.6 },
        },
        'graticule',
      );
      map.addLayer(
        {
          id: `${SOURCE}-${id}-line`,
          type: 'line',
          ...of,
          filter: ['!=', ['geometry-type'], 'Point'],
          paint: { 'line-color': colour('map-line'), 'line-width': 0.7 },
        },
        'graticule',
      );
    }
  } catch {
    // Without it the world of the program is enough.
  }
}
