// A world of three real nodes for each file of tests, and consoles on them.
//
//   import { expect, test } from './world';
//   test('…', async ({ world, consoleOn }) => { const page = await consoleOn('fr', 'duty'); … await world.cut('fr', 'ru'); });
//
// TANSIQ_PROGRAM is the program. Where the node does not serve the console itself, each node gets a server before it: one for
// development (TANSIQ_CONSOLE=dev), or one of what `vite build` has made (TANSIQ_CONSOLE=dist, in TANSIQ_DIST): faster by far.
import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createServer, preview, type PreviewServer, type ViteDevServer } from 'vite';

export type Member = 'fr' | 'us' | 'ru';
export type Language = 'ar' | 'en' | 'fr' | 'ru';
interface Hello {
  nodes: Partial<Record<Member, string>>;
  tokens: Record<Member, string>;
  officers: string[];
  password: string;
  error?: string;
}

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const START_MS = 180_000;

export class World {
  private servers = new Map<Member, ViteDevServer | PreviewServer>();
  private constructor(
    private readonly process: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    public hello: Hello,
  ) {}

  static async start(): Promise<World> {
    const child = spawn('python3', [join(web, '../tests/e2e/console_world.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const reader: Interface = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) throw new Error('the world ended before it began');
    return new World(child, lines, JSON.parse(first.value) as Hello);
  }
  private async say(command: string): Promise<void> {
    this.process.stdin?.write(`${command}\n`);
    const line = await this.lines.next();
    if (line.done === true) throw new Error(`the world ended at: ${command}`);
    const hello = JSON.parse(line.value) as Hello;
    if (hello.error !== undefined) throw new Error(hello.error);
    this.hello = hello;
  }
  cut(a: Member, b: Member): Promise<void> {
    return this.say(`cut ${a} ${b}`);
  }
  heal(a: Member, b: Member): Promise<void> {
    return this.say(`heal ${a} ${b}`);
  }
  stop(who: Member): Promise<void> {
    return this.say(`stop ${who}`);
  }
  start(who: Member): Promise<void> {
    return this.say(`start ${who}`);
  }
  /** One more aircraft in every picture: degrees, metres a second, flight level. */
  fly(callSign: string, lat: number, lng: number, course: number, speed: number, level: number): Promise<void> {
    return this.say(['fly', callSign, lat, lng, course, speed, level].join(' '));
  }
  land(callSign: string): Promise<void> {
    return this.say(`land ${callSign}`);
  }
  /** Said to a node on the command line; words are parted by blanks, and `;` is a blank within a word. */
  tansiq(who: Member, words: string): Promise<void> {
    return this.say(`do ${who} ${words}`);
  }
  /** Where the console of a node is. */
  async url(who: Member): Promise<string> {
    const node = this.hello.nodes[who];
    if (node === undefined) throw new Error(`${who} is not running`);
    const how = process.env['TANSIQ_CONSOLE'];
    if (how !== 'dev' && how !== 'dist') return node;
    let server = this.servers.get(who);
    if (server === undefined && how === 'dist') {
      process.env['TANSIQ_NODE'] = node;
      server = await preview({
        root: web,
        configFile: join(web, 'vite.config.ts'),
        build: { outDir: process.env['TANSIQ_DIST'] ?? 'dist' },
        preview: { host: '127.0.0.1' },
        logLevel: 'error',
      });
      this.servers.set(who, server);
    } else if (server === undefined) {
      process.env['TANSIQ_NODE'] = node;
      const dev = await createServer({
        root: web,
        configFile: join(web, 'vite.config.ts'),
        server: { port: 0 },
        cacheDir: join(web, 'node_modules/.vite-e2e'),
        logLevel: 'error',
      });
      await dev.listen();
      server = dev;
      this.servers.set(who, dev);
    }
    return server.resolvedUrls?.local[0] ?? '';
  }
  async end(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.close()));
    this.process.stdin?.end('quit\n');
    if (this.process.exitCode === null) await once(this.process, 'exit');
  }
}

export async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.locator('input[autocomplete=username]').fill(name);
  await page.locator('input[autocomplete=current-password]').fill(password);
  await page.locator('form button[type=submit]').click();
  await expect(page.locator('.shell')).toBeVisible();
}
/**
 * One after the other without a pause, as fingers do: two keys of a shortcut belong together. A key comes up before it goes
 * down again: else it is one that is held.
 */
export async function keys(page: Page, ...pressed: readonly string[]): Promise<void> {
  if (new Set(pressed).size === pressed.length) await Promise.all(pressed.map((key) => page.keyboard.press(key)));
  else for (const key of pressed) await page.keyboard.press(key);
}
/** No finding of axe on what is on the screen. */
export async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`)).toEqual([]);
}

/** One world at a time, of one file of tests: what another file has done to its own is not seen in it. */
interface Kept {
  of(file: string): Promise<World>;
}

export const test = base.extend<
  {
    world: World;
    consoleOn: (who: Member, officer: string | undefined, language?: Language) => Promise<Page>;
  },
  { kept: Kept }
>({
  kept: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures out of this pattern.
    async ({}, use) => {
      let now: { file: string; world: World } | undefined;
      await use({
        of: async (file) => {
          if (now?.file !== file) {
            await now?.world.end();
            now = undefined;
            now = { file, world: await World.start() };
          }
          return now.world;
        },
      });
      await now?.world.end();
    },
    { scope: 'worker', timeout: START_MS },
  ],
  // Its start is not counted among the time of the first test.
  world: [async ({ kept }, use, info) => use(await kept.of(info.file)), { timeout: START_MS }],
  consoleOn: async ({ world, browser }, use) => {
    const contexts: { close: () => Promise<void> }[] = [];
    const wrong: string[] = [];
    await use(async (who, officer, language = 'en') => {
      const context = await browser.newContext();
      contexts.push(context);
      await context.addInitScript((l) => localStorage.setItem('tansiq.language', l), language);
      const page = await context.newPage();
      page.on('pageerror', (error) => wrong.push(String(error)));
      const url = await world.url(who);
      page.on('request', (request) => {
        if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url()))
          wrong.push(`asked elsewhere: ${request.url()}`);
      });
      await page.goto(url);
      if (officer !== undefined) await signIn(page, officer, world.hello.password);
      return page;
    });
    for (const context of contexts) await context.close();
    expect(wrong).toEqual([]);
  },
});
export { expect };
