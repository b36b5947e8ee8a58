import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** The node that the development server stands before. */
const node = process.env['TANSIQ_NODE'] ?? 'http://127.0.0.1:7463';

/** Browsers' writes have to come from the node's own origin; here they come from the development server. */
const proxied = {
  target: node,
  changeOrigin: true,
  configure: (proxy: {
    on: (
      event: 'proxyReq',
      f: (request: { getHeader(n: string): unknown; setHeader(n: string, v: string): void }) => void,
    ) => void;
  }) => {
    proxy.on('proxyReq', (request) => {
      if (request.getHeader('origin') !== undefined) request.setHeader('origin', new URL(node).origin);
    });
  },
};

export default defineConfig({
  plugins: [svelte()],
  base: './',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    cssCodeSplit: true,
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    port: 7480,
    // The catalogue of numbered messages is the node's own.
    fs: { allow: ['.', '../src/talks/catalogue'] },
    proxy: {
      '/v1': proxied,
      '/map.pmtiles': proxied,
      '/log': proxied,
      '/openapi.yaml': proxied,
      '/problems': proxied,
      '/healthz': proxied,
      '/readyz': proxied,
    },
  },
  resolve: process.env['VITEST'] === undefined ? {} : { conditions: ['browser'] },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/setup.testlib.ts'],
    include: ['src/**/*.test.ts', 'bench/*.test.mjs'],
    restoreMocks: true,
  },
});
