// The other way to draw the same: MapLibre's own sources, refilled with all tracks every second. Symbols, trails and vectors
// as the console has them, without words beside them; the page is alone, with nothing else to do.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { AREA } from './fleet.mjs';
import { install } from './probe.mjs';

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules/maplibre-gl/dist');

function script(count, area) {
  const TRAIL = 8;
  const craft = Array.from({ length: count }, (_, i) => ({
    lng: area.west + ((i * 7919) % count) * ((area.east - area.west) / count),
    lat: area.south + ((i * 104_729) % count) * ((area.north - area.south) / count),
    course: (i % 10) * 36,
  }));
  const shape = (geometry, properties = {}) => ({ type: 'Feature', properties, geometry });
  const at = ({ lng, lat, course }, seconds) => [
    lng + Math.sin((course * Math.PI) / 180) * seconds * 0.0013,
    lat + Math.cos((course * Math.PI) / 180) * seconds * 0.0011,
  ];
  const all = (features) => ({ type: 'FeatureCollection', features });
  return {
    fill(map, seconds) {
      const points = craft.map((one) =>
        shape({ type: 'Point', coordinates: at(one, seconds) }, { course: one.course }),
      );
      const ways = craft.map((one) =>
        shape({ type: 'LineString', coordinates: [at(one, seconds), at(one, seconds + 120)] }),
      );
      const dots = craft.map((one) =>
        shape({
          type: 'MultiPoint',
          coordinates: Array.from({ length: TRAIL }, (_, k) => at(one, seconds - 20 * (k + 1))),
        }),
      );
      map.getSource('points').setData(all(points));
      map.getSource('ways').setData(all(ways));
      map.getSource('dots').setData(all(dots));
    },
    begin(maplibre, container) {
      maplibre.setWorkerUrl(new URL('maplibre-gl-worker.mjs', document.baseURI).href);
      const source = { type: 'geojson', data: all([]) };
      const map = new maplibre.Map({
        container,
        center: [(area.west + area.east) / 2, (area.south + area.north) / 2],
        zoom: 5,
        fadeDuration: 0,
        attributionControl: false,
        style: {
          version: 8,
          sources: { points: source, ways: source, dots: source },
          layers: [
            { id: 'ground', type: 'background', paint: { 'background-color': '#0c141c' } },
            { id: 'dots', type: 'circle', source: 'dots', paint: { 'circle-radius': 1.4, 'circle-color': '#8cf' } },
            { id: 'ways', type: 'line', source: 'ways', paint: { 'line-width': 1.5, 'line-color': '#8cf' } },
            {
              id: 'points',
              type: 'symbol',
              source: 'points',
              layout: { 'icon-image': 'craft', 'icon-allow-overlap': true },
            },
          ],
        },
      });
      map.on('load', () => {
        const pixels = new Uint8Array(24 * 24 * 4).fill(200);
        map.addImage('craft', { width: 24, height: 24, data: pixels });
        const begun = performance.now();
        setInterval(() => this.fill(map, (performance.now() - begun) / 1000), 1000);
        document.title = 'drawing';
      });
    },
  };
}

/** Seconds of the interface thread a second, and how long it was held up. */
export async function drawByGeoJson(browser, count, seconds) {
  const html = `<!doctype html><title>…</title><link rel="stylesheet" href="maplibre-gl.css">
<div id="map" style="position:absolute;inset:0"></div><script type="module">
import * as maplibre from './maplibre-gl.mjs';
(${script.toString()})(${String(count)}, ${JSON.stringify(AREA)}).begin(maplibre, 'map');
</script>`;
  const server = createServer((request, answer) => {
    const name = (request.url ?? '/').slice(1);
    if (name === '') answer.setHeader('Content-Type', 'text/html; charset=utf-8').end(html);
    else if (/^[\w-]+\.(mjs|css)$/.test(name)) {
      answer.setHeader('Content-Type', name.endsWith('.css') ? 'text/css' : 'text/javascript');
      readFile(join(dist, name)).then(
        (file) => answer.end(file),
        () => answer.writeHead(404).end(),
      );
    } else answer.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const context = await browser.newContext({ viewport: { width: 1200, height: 760 } });
  try {
    await context.addInitScript(install);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await page.goto(`http://127.0.0.1:${String(server.address().port)}/`);
    await page.waitForFunction(() => document.title === 'drawing');
    await devtools.send('Performance.enable');
    const busy = async () =>
      (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
    await page.waitForTimeout(5000);
    await page.evaluate(() => globalThis.bench.begin());
    const before = await busy();
    await page.waitForTimeout(seconds * 1000);
    const after = await busy();
    const { waits } = await page.evaluate(() => globalThis.bench.take());
    return { busy: ((after - before) * 1000) / seconds, waits };
  } finally {
    await context.close();
    server.close();
    server.closeAllConnections();
  }
}
