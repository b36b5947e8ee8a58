import type { Browser, Locator, Page } from '@playwright/test';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellMessages, uiMessages } from '../src/shell/messages';
import type { Messages } from '../src/i18n/messages';
import { accessible, expect, signIn, test, type Language, type World } from './world';
import { wordsOf } from './words';

const LANGUAGES: readonly Language[] = ['ar', 'en', 'fr', 'ru'];
const PALETTES = ['night', 'day'] as const;
type Palette = (typeof PALETTES)[number];
const features = join(dirname(fileURLToPath(import.meta.url)), '../src/features');

/** Every window that some feature has, with the words of its title: a new one is looked at without a word said here. */
async function allWindows(language: Language): Promise<{ id: string; title: string }[]> {
  const found: { id: string; title: string }[] = [];
  for (const folder of readdirSync(features)) {
    const index = readFileSync(join(features, folder, 'index.ts'), 'utf8');
    for (const [, id = '', key = ''] of index.matchAll(
      // With something to show, and in the list of what can be shown.
      /id: '([\w.]+)',\s*slot: 'window',\s*order: \d+,\s*title: '([\w.]+)',(?=[^}]*(?:load|component):)(?![^}]*listed: false)/g,
    )) {
      const { messages } = (await import(`../src/features/${folder}/messages`)) as { messages: Messages };
      found.push({ id, title: wordsOf(language, messages)(key.slice(key.indexOf('.') + 1)) });
    }
  }
  return found;
}

interface Looked {
  page: Page;
  close: () => Promise<void>;
}
/** A console of 1280 to 720, at three quarters of its size: 960 to 540 pixels. `null`: nobody has signed in. */
async function look(
  browser: Browser,
  world: World,
  language: Language,
  palette: Palette,
  officer: string | null = 'duty',
  deviceScaleFactor = 0.75,
): Promise<Looked> {
  const context = await browser.newContext({ deviceScaleFactor, reducedMotion: 'reduce' });
  await context.addInitScript(
    ([l, p]) => {
      localStorage.setItem('tansiq.language', l);
      localStorage.setItem('tansiq.theme', JSON.stringify({ palette: p }));
    },
    [language, palette] as const,
  );
  const page = await context.newPage();
  await page.goto(await world.url('fr'));
  if (officer !== null) await signIn(page, officer, world.hello.password);
  return { page, close: () => context.close() };
}
/** Through the palette of commands, as somebody would who knows what it is called. */
async function open(page: Page, title: string, failed: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').last().fill(title);
  await page
    .getByRole('option')
    .filter({ has: page.getByText(title, { exact: true }) })
    .first()
    .click();
  await expect(page.locator('dialog')).toHaveCount(0);
  const shown = page.locator('.window:not([hidden])');
  await expect(shown).toHaveCount(1);
  await expect(shown).toHaveAttribute('aria-label', title);
  await expect(shown).not.toBeEmpty();
  await expect(page.getByText(failed)).toHaveCount(0);
}

for (const palette of PALETTES)
  for (const language of palette === 'night' ? (['ar', 'en'] as const) : (['en', 'ru'] as const))
    test(`nothing bars anybody from a window: ${palette}, ${language}`, async ({ world, browser }) => {
      test.slow();
      const { page, close } = await look(browser, world, language, palette);
      const say = wordsOf(language, shellMessages, uiMessages);
      const all = await allWindows(language);
      expect(all.length).toBeGreaterThan(15);
      await accessible(page);
      // Something is selected, so that what follows the selection has something to show.
      await page.keyboard.press('g');
      await page.keyboard.press('s');
      await page.locator('#panel-strips .body [tabindex="0"]').first().press('Enter');
      await page.locator('.window:not([hidden])').press('Escape');
      await expect(page.locator('.dock')).toHaveCount(0);
      for (const { id, title } of all)
        await test.step(id, async () => {
          await open(page, title, say('failed'));
          await expect(page.locator('.window:not([hidden])').getByText(say('loading'), { exact: true })).toHaveCount(0);
          await accessible(page);
          await page.locator('.window:not([hidden])').press('Escape');
          await expect(page.locator('.dock')).toHaveCount(0);
        });
      await close();
    });

for (const palette of PALETTES)
  test(`nothing bars anybody from forms, dialogs and panels of the map: ${palette}`, async ({ world, browser }) => {
    test.slow();
    const { page, close } = await look(browser, world, 'en', palette);
    const press = async (keys: string): Promise<void> => {
      for (const key of keys.split(' ')) await page.keyboard.press(key);
    };
    const shown: readonly (readonly [keys: string, Locator])[] = [
      ['n i', page.getByLabel('What happened')],
      ['n b', page.getByRole('button', { name: /^Submit to/ })],
      ['n x', page.getByRole('button', { name: 'File it' })],
      ['n z', page.locator('.window:not([hidden]) form, .window:not([hidden]) fieldset').first()],
      ['n f', page.getByRole('button', { name: 'File the intent' })],
      ['n y', page.getByRole('button', { name: 'Ask', exact: true })],
      ['n p', page.getByLabel('Search: words or number')],
      ['g w', page.getByRole('dialog')],
      ['?', page.getByRole('dialog')],
      ['Control+k', page.getByRole('dialog')],
      ['Control+,', page.getByRole('dialog')],
      ['m g', page.getByLabel('Place, id or call sign')],
      ['m l', page.getByText('In this part of the map').first()],
      ['m k', page.getByText('Layers and legend').first()],
      ['m d', page.getByText('Click places on the map, or type them.')],
    ];
    for (const [keys, what] of shown)
      await test.step(keys, async () => {
        await press(keys);
        await expect(what).toBeVisible();
        await accessible(page);
        while ((await page.getByRole('dialog').count()) > 0) {
          await page.keyboard.press('Escape');
          await expect(page.locator('dialog')).toHaveCount(0);
        }
        await page.locator('#centre').focus();
      });
    await close();
  });

/** What is another thing each time one looks: times, ages, the sky. All of them keep their place on the screen. */
const moving = (page: Page): Locator[] => [
  page.locator('#centre .map'),
  page.locator('.top .side').first(),
  page.locator('#panel-strips .body'),
  page.locator('#panel-alerts .body'),
  page.locator('#panel-answers .body'),
  page.locator('.conversation'),
  // Today, and the times of today.
  page.locator('.window:not([hidden]) form .grid'),
  page.locator('time'),
];
/** Half of its size: enough to see that something has moved, is another colour, or is gone. */
async function same(page: Page, name: string, of: Page | Locator = page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined)));
  });
  const mask = of === page ? moving(page) : [page.locator('dialog time')];
  const options = {
    mask,
    maskColor: '#808080',
    scale: 'device',
    animations: 'disabled',
    caret: 'hide',
    maxDiffPixelRatio: 0.005,
  } as const;
  if (of === page) await expect(page).toHaveScreenshot(`${name}.png`, options);
  else await expect(of as Locator).toHaveScreenshot(`${name}.png`, options);
}
for (const language of LANGUAGES)
  for (const palette of PALETTES)
    test(`looks as it did: ${language}, ${palette}`, async ({ world, browser }) => {
      // Gate and settings in one palette of each language.
      const all = (palette === 'day') === (language === 'ar' || language === 'fr');
      if (all) {
        const gate = await look(browser, world, language, palette, null, 0.5);
        await expect(gate.page.locator('input[autocomplete=username]')).toBeVisible();
        await same(gate.page, `gate-${language}-${palette}`);
        await gate.close();
      }
      const { page, close } = await look(browser, world, language, palette, 'duty', 0.5);
      await expect(page.locator('#talks-tab-ru')).toBeVisible();
      await expect(page.locator('#centre canvas').first()).toBeVisible();
      await page.keyboard.press('n');
      await page.keyboard.press('b');
      await expect(page.locator('.window:not([hidden]) form')).toBeVisible();
      await same(page, `main-${language}-${palette}`);
      if (all) {
        await page.keyboard.press('Control+,');
        await expect(page.getByRole('dialog')).toBeVisible();
        await same(page, `settings-${language}-${palette}`, page.getByRole('dialog'));
      }
      await close();
    });
