import { execFileSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import { messages as detail } from '../src/features/detail/messages';
import { messages as map } from '../src/features/map/messages';
import { messages as peers } from '../src/features/peers/messages';
import { messages as session } from '../src/features/session/messages';
import { messages as strips } from '../src/features/strips/messages';
import { messages as timeline } from '../src/features/timeline/messages';
import { messages as watch } from '../src/features/watch/messages';
import { LANGUAGES } from '../src/i18n/messages';
import { accessible, expect, keys, signIn, test, type Language, type Member, type World } from './world';
import { wordsOf } from './words';

const mapOf = (page: Page) => page.getByRole('application');
/** What the map holds, as its list says. */
const contents = (page: Page, language: Language = 'en') =>
  page.getByRole('region', { name: wordsOf(language, map)('list'), exact: true });
async function openList(page: Page, language: Language = 'en'): Promise<void> {
  await expect(page.getByRole('toolbar', { name: wordsOf(language, map)('tools') })).toBeVisible();
  await keys(page, 'm', 'l');
  await expect(contents(page, language)).toBeVisible();
}
async function goTo(page: Page, what: string, language: Language = 'en'): Promise<void> {
  const say = wordsOf(language, map);
  await expect(page.getByRole('toolbar', { name: say('tools') })).toBeVisible();
  await keys(page, 'm', 'g');
  const field = page.getByLabel(say('gotoField'));
  await expect(field).toBeFocused();
  await field.fill(what);
  const panel = page.getByRole('region', { name: say('goto'), exact: true });
  await expect(panel.getByRole('listitem').first()).toContainText(what);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(mapOf(page)).toBeFocused();
}
function filed(world: World, who: Member, ...words: readonly string[]): void {
  execFileSync(process.env['TANSIQ_PROGRAM'] ?? 'tansiq', words, {
    env: { ...process.env, TANSIQ_NODE: world.hello.nodes[who], TANSIQ_TOKEN: world.hello.tokens[who] },
  });
}
/** Where the middle of the map is, degrees east. */
async function east(page: Page): Promise<number> {
  const text = await page.getByRole('button', { name: /[EW]$/ }).innerText();
  const found = /(\d{3})°(\d{2})′(\d{2})″([EW])/.exec(text);
  if (found === null) throw new Error(`no place in: ${text}`);
  const degrees = Number(found[1]) + Number(found[2]) / 60 + Number(found[3]) / 3600;
  return found[4] === 'W' ? -degrees : degrees;
}

for (const language of LANGUAGES) {
  test(`signed in, one sees mode, time, links, watch, strips and traffic; ${language}`, async ({
    world,
    consoleOn,
  }) => {
    const say = (of: Parameters<typeof wordsOf>[1], key: string, params = {}): string =>
      wordsOf(language, of)(key, params);
    const page = await consoleOn('fr', undefined, language);
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await expect(page.locator('html')).toHaveAttribute('dir', language === 'ar' ? 'rtl' : 'ltr');
    await page.getByLabel(say(session, 'name'), { exact: true }).fill('duty');
    await page.getByLabel(say(session, 'password'), { exact: true }).fill(world.hello.password);
    await page.getByRole('button', { name: say(session, 'signIn') }).click();

    const top = page.getByRole('banner');
    await expect(top.getByText(say(watch, 'mode.TEST'), { exact: true })).toBeVisible();
    await expect(page).toHaveTitle(/TEST · fr/);
    const clock = top.getByRole('timer', { name: say(watch, 'clock') });
    await expect(clock).toHaveText(/^\s*\d\d:\d\d:\d\dZ\s*\d\d [A-Z]{3} \d{4}\s*$/);
    const before = await clock.innerText();
    await expect(clock).not.toHaveText(before);
    await expect(top.getByTitle(say(watch, 'officer'))).toBeVisible();

    // Each peer: how the link stands, since when it was heard, and what is granted each way in each domain.
    for (const peer of ['us', 'ru']) {
      const link = top
        .getByRole('list', { name: say(peers, 'title') })
        .getByRole('listitem')
        .filter({ has: page.getByText(peer, { exact: true }) });
      await expect(link).toContainText(say(peers, 'link.good'));
      await expect(link).toContainText(/\d+ s/);
      for (const domain of ['air', 'sea', 'talks', 'information'])
        await expect(link).toContainText(`${say(peers, `domain.${domain}`)}`);
    }
    await top.getByRole('button', { name: /ru/ }).click();
    const card = page.getByRole('dialog', { name: 'ru', exact: true });
    await expect(card).toContainText(say(peers, 'lineCheck'));
    await expect(card.getByRole('button', { name: say(peers, 'eyes') })).toBeVisible();
    await accessible(page);
    await page.keyboard.press('Escape');
    await expect(card).toHaveCount(0);
    await expect(top.getByRole('button', { name: /ru/ })).toBeFocused();

    await expect(
      page
        .getByRole('listbox', { name: say(strips, 'list') })
        .getByRole('option')
        .filter({ hasText: 'FREMM1' }),
    ).toBeVisible();

    // A track is found by name, and read.
    await openList(page, language);
    await expect(contents(page, language)).toContainText('EIN77K');
    await page.keyboard.press('Escape');
    await goTo(page, 'EIN77K', language);
    await keys(page, 'g', 'd');
    const track = page.getByRole('region', { name: say(detail, 'title'), exact: true });
    await expect(track.getByRole('heading', { name: 'EIN77K' })).toBeVisible();
    await expect(track).toContainText(say(detail, 'kind.track'));
    await expect(track).toContainText(say(detail, 'track.live'));
    await expect(track).toContainText(say(detail, 'whoseUnknown'));
    await expect(track).toContainText('FL350');
    await expect(track).toContainText(/\d+ kt/);
    await expect(track).toContainText('radar');
    await expect(track).toContainText('4CA9B1');
    await accessible(page);
    await page.keyboard.press('Escape');
    await expect(track).toHaveCount(0);

    // Read out: what who cannot see the map is told.
    await keys(page, 'm', 'r');
    await expect(
      page
        .getByRole('status')
        .filter({ hasText: say(map, 'kind.track').slice(0, 3) })
        .first(),
    ).toBeAttached();
  });
}

test('a track that has a plan says whose, and leads to it', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty');
  await goTo(page, 'RAFALE2');
  await keys(page, 'g', 'd');
  const card = page.getByRole('region', { name: 'Card', exact: true });
  await expect(card.getByRole('heading', { name: 'RAFALE2' })).toBeVisible();
  await expect(card.getByText('whose is unknown')).toHaveCount(0);
  await card.getByRole('button', { name: 'Its plan' }).click();
  await expect(card).toContainText('rafale2');
});

test('a place is gone to in any notation; what is no place says so', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty');
  await expect(page.getByRole('toolbar', { name: 'Map tools' })).toBeVisible();
  await keys(page, 'm', 'g');
  const field = page.getByLabel('Place, id or call sign');
  await field.fill('nothing of this name');
  await expect(page.getByText('Nothing on the map is called so, and it is no place.')).toBeVisible();
  await field.fill('35°00′00″N 036°00′00″E');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect.poll(() => east(page)).toBeGreaterThan(35.9);
  await expect.poll(() => east(page)).toBeLessThan(36.1);
});

test('the past is as known then, the future as planned, and now is a key away', async ({ world, consoleOn }) => {
  test.setTimeout(200_000);
  filed(
    world,
    'fr',
    'intent',
    'file',
    '--id',
    'past1',
    '--flight',
    'PAST1',
    '--circle',
    '33.1,34.5',
    '--radius',
    '5nm',
    '--band',
    'FL250-FL260',
    '--window',
    'now/+20m',
  );
  filed(
    world,
    'fr',
    'intent',
    'file',
    '--id',
    'later1',
    '--flight',
    'LATER1',
    '--circle',
    '33.1,34.5',
    '--radius',
    '5nm',
    '--band',
    'FL270-FL280',
    '--window',
    'now+70h/+3h',
  );
  const page = await consoleOn('fr', 'duty');
  const clock = async (): Promise<number> =>
    Date.parse((await page.getByRole('timer').locator('time').getAttribute('datetime')) ?? '');
  await openList(page);
  const list = contents(page);
  await expect(list).toContainText('PAST1');
  await expect(list).toContainText('FREMM1');
  await expect(list.getByRole('listitem').filter({ hasText: 'track' }).first()).toBeVisible();
  await page.keyboard.press('Escape');

  // It was there for a whole minute, and then ended.
  const minute = Math.floor((await clock()) / 60_000);
  await expect.poll(async () => Math.floor((await clock()) / 60_000), { timeout: 70_000 }).toBeGreaterThan(minute);
  const then = await page.getByRole('timer').locator('time').innerText();
  filed(world, 'fr', 'intent', 'end', 'past1');
  await world.fly('NOW1', 33.3, 34.2, 90, 100, 290);
  const ended = Math.floor((await clock()) / 60_000);
  await expect.poll(async () => Math.floor((await clock()) / 60_000), { timeout: 70_000 }).toBeGreaterThan(ended);
  await openList(page);
  await expect(list).not.toContainText('PAST1');
  await expect(list.getByRole('listitem').filter({ hasText: 'NOW1' })).toContainText('track');
  await page.keyboard.press('Escape');

  const time = page.getByRole('region', { name: 'Time shown' });
  await time.getByRole('button', { name: /^\d{6}Z [A-Z]{3} \d\d$/ }).click();
  const typed = page.getByRole('dialog', { name: 'Time, Zulu' });
  await typed.getByLabel('Time, Zulu').fill('in an hour or so');
  await typed.getByRole('button', { name: 'Show' }).click();
  await expect(typed.getByRole('alert')).toContainText('This is no time from a day back to three days ahead');
  await typed.getByLabel('Time, Zulu').fill(then.slice(0, 5));
  await typed.getByRole('button', { name: 'Show' }).click();
  const band = page.getByRole('status').filter({ hasText: 'PAST' });
  await expect(band).toContainText('As known here then, by the record up to');
  await expect(band).toContainText(/ ago/);
  await openList(page);
  await expect(list).toContainText('PAST1');
  // The tracks are those of then: nothing is shown that is of now alone.
  await expect(list.getByRole('listitem').filter({ hasText: 'track' }).filter({ hasText: 'RAFALE2' })).toBeVisible();
  await expect(list).not.toContainText('NOW1');
  await accessible(page);
  await page.keyboard.press('Escape');

  // An hour ago this node knew of nothing.
  const slider = page.getByRole('slider', { name: 'Moment shown, Zulu' });
  await slider.focus();
  await page.keyboard.press('PageDown');
  await expect(band).toContainText(/1:0\d:\d\d ago/);
  await openList(page);
  await expect(list).not.toContainText('PAST1');
  await expect(list).not.toContainText('FREMM1');
  await page.keyboard.press('Escape');

  await slider.focus();
  await page.keyboard.press('End');
  const planned = page.getByRole('status').filter({ hasText: 'PLANNED' });
  await expect(planned).toContainText(/ahead by (3 d 00:00|2 d 23:5\d)/);
  await expect(planned).toContainText('No tracks: nobody knows them yet.');
  await openList(page);
  await expect(list).toContainText('LATER1');
  await expect(list).not.toContainText('FREMM1');
  await page.keyboard.press('Escape');

  await keys(page, 't', 'n');
  await expect(planned).toHaveCount(0);
  await expect(band).toHaveCount(0);
  await openList(page);
  await expect(list).toContainText('FREMM1');
  await expect(list).not.toContainText('LATER1');
  await expect(list.getByRole('listitem').filter({ hasText: 'NOW1' })).toContainText('track');
  await world.land('NOW1');
});

for (const language of LANGUAGES) {
  test(`the time of the map is another, and says so; ${language}`, async ({ consoleOn }) => {
    const say = wordsOf(language, timeline);
    const page = await consoleOn('us', 'duty', language);
    const slider = page.getByRole('slider', { name: say('slider') });
    await slider.focus();
    await page.keyboard.press('PageUp');
    await expect(page.getByRole('status').filter({ hasText: say('planned') })).toContainText(say('plannedHint'));
    await accessible(page);
    await slider.focus();
    await page.keyboard.press('Home');
    await expect(page.getByRole('status').filter({ hasText: say('past') })).toContainText(/1 d 00:0\d|23:59/);
    await page
      .getByRole('status')
      .filter({ hasText: say('past') })
      .getByRole('button', { name: say('now') })
      .click();
    await expect(page.getByText(say('past'), { exact: true })).toHaveCount(0);
  });
}

test('language, palette and units are others at once, without a reload', async ({ consoleOn }) => {
  test.setTimeout(120_000);
  const page = await consoleOn('ru', 'duty');
  await page.mouse.move(2, 2);
  await page.locator('#talks-tab-fr').click();
  await page.locator('.quick textarea').fill('half a sentence');
  const names = { ar: 'العربية', en: 'English', fr: 'Français', ru: 'Русский' } as const;
  for (const language of ['ar', 'fr', 'ru', 'en'] as const) {
    await page.keyboard.press('Control+,');
    const settings = page.getByRole('dialog', { name: /./ }).filter({ hasText: names[language] });
    await settings.getByText(names[language], { exact: true }).click();
    await expect(page.locator('html')).toHaveAttribute('dir', language === 'ar' ? 'rtl' : 'ltr');
    await expect(page.getByRole('heading', { name: wordsOf(language, strips)('title'), exact: true })).toBeVisible();
    for (const palette of ['day', 'night'] as const) {
      await settings.getByText(wordsOf(language, session)(`palette.${palette}`), { exact: true }).click();
      await expect(page.locator('html')).toHaveAttribute('data-palette', palette);
      await accessible(page);
    }
    await page.keyboard.press('Escape');
    await expect(page.locator('.quick textarea')).toHaveValue('half a sentence');
    // East is on the right, in Arabic too.
    await mapOf(page).focus();
    const from = await east(page);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => east(page)).toBeGreaterThan(from);
    await page.keyboard.press('ArrowLeft');
  }
  await goTo(page, 'EIN77K');
  await keys(page, 'g', 'd');
  const card = page.getByRole('region', { name: 'Card', exact: true });
  await expect(card).toContainText(/\d+ kt/);
  await page.keyboard.press('Control+,');
  const menu = page.getByRole('dialog', { name: 'Settings' });
  await menu.getByText('km/h', { exact: true }).click();
  await menu.getByText('km', { exact: true }).click();
  await menu.getByText('m', { exact: true }).click();
  await menu.getByLabel('Places').selectOption('mgrs');
  await page.keyboard.press('Escape');
  await expect(card).toContainText(/\d+ km\/h/);
  await expect(card).not.toContainText(/\d kt/);
  await expect(card).toContainText('FL350');
  await expect(card).toContainText(/\d\d[A-Z]{3} \d{5} \d{5}/);
  await expect(page.getByRole('timer')).toContainText('Z');
  await page.reload();
  await expect(page.locator('.shell')).toBeVisible();
  await goTo(page, 'EIN77K');
  await keys(page, 'g', 'd');
  await expect(card).toContainText(/\d+ km\/h/);
});

test('who observes sees as much, and is offered nothing that he may not do', async ({ world, consoleOn }) => {
  const page = await consoleOn('fr', undefined);
  await signIn(page, 'watcher', world.hello.password);
  await goTo(page, 'MIRAGE1');
  await keys(page, 'g', 'd');
  await expect(
    page.getByRole('region', { name: 'Card', exact: true }).getByRole('heading', { name: 'MIRAGE1' }),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Acknowledge', exact: true })).toHaveCount(0);
  await expect(page.locator('.quick')).toHaveCount(0);
  await accessible(page);
});
