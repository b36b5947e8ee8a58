// A console in a browser without a screen and without a graphics card, and what the browser itself knows of it.
import { chromium } from '@playwright/test';

import { PASSWORD } from './node.mjs';
import { install, milestones } from './probe.mjs';

const PATIENCE_MS = 120_000;

/**
 * SwiftShader stands for the card, of maps and of the page. `composed`: of maps alone, and the page is put together without one, as
 * the browser does by itself where there is none: each frame of a map is read back, for which the page has to wait.
 */
export async function launch(composed = false) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Whoever started it ends it.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: ['--no-sandbox', '--enable-unsafe-swiftshader', ...(composed ? [] : ['--use-angle=swiftshader'])],
  });
}

export class Console {
  static async open(browser, url) {
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
    await context.addInitScript(() => localStorage.setItem('tansiq.language', 'en'));
    await context.addInitScript(install);
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const self = new Console(context, page, await context.newCDPSession(page));
    page.on('pageerror', (error) => (self.error ??= error));
    await page.goto(url);
    return self;
  }
  constructor(context, page, devtools) {
    Object.assign(this, { context, page, devtools, error: undefined });
  }
  async signIn(name) {
    await this.page.locator('input[autocomplete=username]').fill(name);
    await this.page.locator('input[autocomplete=current-password]').fill(PASSWORD);
    await this.page.locator('form button[type=submit]').click();
    await this.page.locator('.shell').waitFor();
  }
  /** Until the list has so many strips, and the map draws so many tracks; the moments. */
  async usable(intents, tracks) {
    const reached = this.page.waitForFunction(
      ([strips, drawn]) =>
        Number(document.querySelector('[role=option][aria-setsize]')?.getAttribute('aria-setsize') ?? 0) >= strips &&
        performance.getEntriesByName('tansiq.tracks', 'mark').some((mark) => mark.detail >= drawn) &&
        performance.getEntriesByName('tansiq.world', 'mark').length > 0 &&
        performance.getEntriesByName('tansiq.live', 'mark').length > 0,
      [intents, tracks],
      { timeout: PATIENCE_MS, polling: 100 },
    );
    await reached.catch(async () => {
      const seen = JSON.stringify(await this.page.evaluate(milestones));
      throw new Error(`the console was not usable within ${String(PATIENCE_MS / 1000)} s: ${seen}`, {
        cause: this.error,
      });
    });
    const of = await this.page.evaluate(milestones);
    return { ...of, tracks: of.tracks.find((mark) => mark.drawn >= tracks).at };
  }
  /** Seconds that the interface thread has worked since the page began, and what the document holds. */
  async metrics() {
    await this.devtools.send('Performance.enable');
    const { metrics } = await this.devtools.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  }
  /** What is in use in the heap of JavaScript, in MiB, when nothing is left that nobody needs. */
  async heap() {
    await this.devtools.send('HeapProfiler.collectGarbage');
    const of = await this.devtools.send('Runtime.getHeapUsage');
    return (of.usedSize + (of.backingStorageSize ?? 0)) / 2 ** 20;
  }
  healthy() {
    if (this.error !== undefined) throw this.error;
  }
  async close() {
    await this.context.close();
  }
}
