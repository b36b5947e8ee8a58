import { defineConfig } from '@playwright/test';

/**
 * Debian's Chromium, without a GPU, one at a time: the nodes are real, and shared by the tests of a file. TANSIQ_PATIENCE: how
 * many times longer to wait, on a machine that is busy with something else.
 */
const patience = Number(process.env['TANSIQ_PATIENCE'] ?? '1');
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  workers: 1,
  timeout: 90_000 * patience,
  expect: { timeout: 25_000 * patience, toHaveScreenshot: { maxDiffPixelRatio: 0.01 } },
  reporter: [['list']],
  outputDir: '../test-results',
  use: {
    actionTimeout: 30_000 * patience,
    viewport: { width: 1280, height: 720 },
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    },
    trace: 'retain-on-failure',
  },
});
