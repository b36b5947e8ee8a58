// The nodes that the pictures are taken of, officers at their consoles, and how a picture is kept.
import { chromium } from '@playwright/test';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const web = dirname(dirname(fileURLToPath(import.meta.url)));
export const SIZE = { width: 1600, height: 900 };
const program = process.env['TANSIQ_PROGRAM'];
if (program === undefined) throw new Error('TANSIQ_PROGRAM names the program');

/** Runs the program and gives what it printed. */
function tansiq(words, env, input = '') {
  return new Promise((done, failed) => {
    const child = execFile(program, words, { env: { ...process.env, ...env }, timeout: 60_000 }, (error, out, err) => {
      if (error === null) done(out.trim());
      else failed(new Error(`tansiq ${words.join(' ')}: ${err || error.message}`));
    });
    child.stdin.end(input);
  });
}

/** Three nodes of `tests/e2e/console_world.py`, and their officers on the command line. */
export class World {
  static async start() {
    const child = spawn('python3', [join(web, '../tests/e2e/console_world.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) throw new Error('the nodes ended before they began');
    return new World(child, lines, JSON.parse(first.value));
  }
  constructor(child, lines, hello) {
    this.child = child;
    this.lines = lines;
    this.hello = hello;
    this.sessions = new Map();
    this.servers = new Map();
  }
  async say(command) {
    this.child.stdin.write(`${command}\n`);
    const line = await this.lines.next();
    if (line.done === true) throw new Error(`the nodes ended at: ${command}`);
  }
  /** As `duty@fr`: what an officer does on the command line of a node. */
  async as(officer, ...words) {
    const [name, who] = officer.split('@');
    const env = { TANSIQ_NODE: this.hello.nodes[who] };
    let token = this.sessions.get(officer);
    if (token === undefined) {
      token = await tansiq(['officer', 'login', name], env, `${this.hello.password}\n`);
      this.sessions.set(officer, token);
    }
    try {
      return await tansiq(words, { ...env, TANSIQ_TOKEN: token });
    } catch (error) {
      // An account has so many sessions; consoles that were opened since may have taken its place.
      if (String(error).includes('session is over')) this.sessions.delete(officer);
      throw error;
    }
  }
  /** Again until it is done: what others do first takes a moment to arrive. */
  async soon(what) {
    for (let i = 0; ; i += 1) {
      try {
        return await what();
      } catch (error) {
        if (i === 40) throw error;
        await new Promise((done) => setTimeout(done, 500));
      }
    }
  }
  /** Where the console of a node is: the node, or a development server before it. */
  async url(who) {
    const node = this.hello.nodes[who];
    if (process.env['TANSIQ_CONSOLE'] !== 'dev') return node;
    if (!this.servers.has(who)) {
      const { createServer } = await import('vite');
      process.env['TANSIQ_NODE'] = node;
      const server = await createServer({
        root: web,
        configFile: join(web, 'vite.config.ts'),
        server: { port: 0 },
        cacheDir: join(web, 'node_modules/.vite-pictures'),
        logLevel: 'error',
      });
      await server.listen();
      this.servers.set(who, server);
    }
    return this.servers.get(who).resolvedUrls.local[0];
  }
  async end() {
    await Promise.all([...this.servers.values()].map((server) => server.close()));
    this.child.stdin.end('quit\n');
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }
}

/** Consoles in one browser, each with an officer's own cookies and settings. */
export class Desk {
  static async open(world) {
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    });
    return new Desk(world, browser);
  }
  constructor(world, browser) {
    this.world = world;
    this.browser = browser;
  }
  /** A console of `duty@fr`; `@fr` stays before the sign-in. */
  async at(officer, { language = 'en', palette = 'night', size = SIZE, layout = {} } = {}) {
    const [name, who] = officer.split('@');
    const context = await this.browser.newContext({ viewport: size });
    await context.addInitScript(
      ([l, p, edges]) => {
        if (localStorage.getItem('tansiq.theme') !== null) return;
        localStorage.setItem('tansiq.language', l);
        localStorage.setItem('tansiq.theme', JSON.stringify({ palette: p }));
        localStorage.setItem('tansiq.layout', JSON.stringify(edges));
      },
      [language, palette, layout],
    );
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => console.error(`${officer}: ${String(error)}`));
    await page.goto(await this.world.url(who));
    if (name !== '') {
      await page.locator('input[autocomplete=username]').fill(name);
      await page.locator('input[autocomplete=current-password]').fill(this.world.hello.password);
      await page.locator('form button[type=submit]').click();
      await page.locator('.shell').waitFor({ timeout: 120_000 });
      await page.locator('#panel-strips [role=option]').first().waitFor({ timeout: 120_000 });
      await page.locator('#map canvas').first().waitFor({ timeout: 120_000 });
    }
    return page;
  }
  async leave(page) {
    await page.context().close();
  }
  async end() {
    await this.browser.close();
  }
}

/** Keeps pictures as WebP: of the window, or of the box around some of its parts. */
export class Album {
  constructor(folder, only) {
    this.folder = folder;
    this.only = new Set(only);
    this.total = 0;
    mkdirSync(folder, { recursive: true });
  }
  async keep(page, name, parts = []) {
    if (this.only.size > 0 && !this.only.has(name)) return;
    // What moves has come to rest: two frames after the last data, and the map has drawn.
    await page.evaluate(async () => {
      await document.fonts.ready;
      for (let i = 0; i < 3; i += 1) await new Promise((done) => requestAnimationFrame(done));
    });
    const boxes = [];
    for (const part of parts) boxes.push(await page.locator(part).first().boundingBox());
    const found = boxes.filter((box) => box !== null);
    const view = page.viewportSize();
    const x = found.length === 0 ? 0 : Math.min(...found.map((b) => b.x));
    const y = found.length === 0 ? 0 : Math.min(...found.map((b) => b.y));
    const right = found.length === 0 ? view.width : Math.max(...found.map((b) => b.x + b.width));
    const bottom = found.length === 0 ? view.height : Math.max(...found.map((b) => b.y + b.height));
    const client = await page.context().newCDPSession(page);
    const { data } = await client.send('Page.captureScreenshot', {
      format: 'webp',
      quality: 82,
      clip: { x, y, width: right - x, height: bottom - y, scale: 1 },
    });
    await client.detach();
    const bytes = Buffer.from(data, 'base64');
    writeFileSync(join(this.folder, `${name}.webp`), bytes);
    this.total += bytes.length;
    console.log(`${name}.webp  ${String(Math.round(bytes.length / 1024))} KiB`);
  }
}
