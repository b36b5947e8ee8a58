import { execFileSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import { messages as peers } from '../src/features/peers/messages';
import { shellMessages } from '../src/shell/messages';
import { accessible, expect, keys, signIn, test, type Language, type Member, type World } from './world';
import { wordsOf } from './words';

const ANEW_MS = 60_000;

/** Space that each decides in itself. */
const WHERE: Record<Member, string> = { fr: '33.1,34.5', us: '34.3,34.6', ru: '35.6,35.6' };
/** Elsewhere at the same node, an intent is filed. */
function file(world: World, who: Member, name: string, level: number): void {
  execFileSync(
    process.env['TANSIQ_PROGRAM'] ?? 'tansiq',
    [
      'intent',
      'file',
      '--id',
      name.toLowerCase(),
      '--flight',
      name,
      '--circle',
      WHERE[who],
      '--radius',
      '4nm',
      '--band',
      `FL${String(level)}-FL${String(level + 10)}`,
      '--window',
      'now+5h/+1h',
    ],
    { env: { ...process.env, TANSIQ_NODE: world.hello.nodes[who], TANSIQ_TOKEN: world.hello.tokens[who] } },
  );
}
const linkTo = (page: Page, peer: Member, language: Language = 'en') =>
  page
    .getByRole('list', { name: wordsOf(language, peers)('title') })
    .getByRole('listitem')
    .filter({ has: page.getByText(peer, { exact: true }) });
const clockOf = async (page: Page): Promise<number> =>
  Date.parse((await page.getByRole('timer').locator('time').getAttribute('datetime')) ?? '');
const strip = (page: Page, name: string) => page.getByRole('option').filter({ hasText: name });
const write = (page: Page) => page.locator('.quick textarea');
const stale = (page: Page) => page.getByRole('alert').filter({ hasText: 'The live stream is down since' });

test('a link that is cut is said to be down, the work goes on, and what was sent arrives when it heals', async ({
  world,
  consoleOn,
}) => {
  test.setTimeout(240_000);
  const say = wordsOf('ru', peers);
  const fr = await consoleOn('fr', 'duty');
  const ru = await consoleOn('ru', 'duty', 'ru');
  await fr.locator('#talks-tab-ru').click();
  await ru.locator('#talks-tab-fr').click();
  await expect(linkTo(fr, 'ru')).toContainText('answers');
  await write(fr).fill('We cross your sector at');

  await world.cut('fr', 'ru');
  await expect(linkTo(fr, 'ru')).toContainText(/trouble|silent/, { timeout: 90_000 });
  await expect(linkTo(ru, 'fr', 'ru')).toContainText(new RegExp(`${say('link.trouble')}|${say('link.old')}`), {
    timeout: 90_000,
  });
  // The other line is none the worse.
  await expect(linkTo(fr, 'us')).toContainText('answers');
  await linkTo(fr, 'ru').getByRole('button').click();
  const card = fr.getByRole('dialog', { name: 'ru', exact: true });
  await expect(card).toContainText(/\d+ s ago|\d+:\d\d ago/);
  await accessible(fr);
  await fr.keyboard.press('Escape');
  await expect(write(fr)).toHaveValue('We cross your sector at');
  await write(fr).fill('We cross your sector at 0415Z.');
  await fr.locator('.quick').getByRole('button', { name: 'Send' }).click();
  const sent = fr.locator('li[data-message]', { hasText: '0415Z' });
  await expect(sent).toBeVisible();
  await expect(write(fr)).toHaveValue('');
  await expect(sent).not.toContainText('read');
  await expect(ru.locator('li[data-message]', { hasText: '0415Z' })).toHaveCount(0);
  await write(fr).fill('And then');
  // The age of the last answer grows until there is one again.
  await expect(linkTo(fr, 'ru')).toContainText(/silent|\d\d s|\d+:\d\d/, { timeout: 90_000 });

  await world.heal('fr', 'ru');
  await expect(linkTo(fr, 'ru')).toContainText('answers', { timeout: ANEW_MS });
  await expect(linkTo(ru, 'fr', 'ru')).toContainText(say('link.good'), { timeout: ANEW_MS });
  await expect(ru.locator('li[data-message]', { hasText: '0415Z' })).toBeVisible({ timeout: ANEW_MS });
  await expect(sent).toContainText('read', { timeout: ANEW_MS });
  await expect(write(fr)).toHaveValue('And then');
});

test('a node that is stopped and started is gone on with: no reload, and nothing typed is lost', async ({
  world,
  consoleOn,
}) => {
  test.setTimeout(200_000);
  const page = await consoleOn('us', 'duty');
  let loads = 0;
  page.on('load', () => (loads += 1));
  await page.locator('#talks-tab-fr').click();
  await write(page).fill('half a sentence to fr');
  await page.getByLabel('Search: call sign, zone, authority').fill('HAWK');
  await page.keyboard.press('Escape');
  await page.locator('#talks-tab-fr').focus();
  await keys(page, 'n', 'i');
  await page.getByLabel('What happened').fill('HAWK5 was asked twice');
  await world.stop('us');
  await expect(stale(page)).toBeVisible({ timeout: 30_000 });
  await expect(stale(page)).toContainText(/\d\d:\d\d:\d\dZ/);
  await expect(page.getByLabel('What happened')).toHaveValue('HAWK5 was asked twice');
  await page.getByLabel('What happened').fill('HAWK5 was asked twice, by two of us');
  await accessible(page);

  await world.start('us');
  await expect(page.getByText('The session of duty has ended.')).toBeVisible({ timeout: ANEW_MS });
  await signIn(page, 'duty', world.hello.password);
  await expect(stale(page)).toHaveCount(0, { timeout: ANEW_MS });
  await expect(page.getByLabel('What happened')).toHaveValue('HAWK5 was asked twice, by two of us');
  await expect(write(page)).toHaveValue('half a sentence to fr');
  // What comes to be now is seen by itself.
  file(world, 'us', 'ANEW1', 210);
  await expect(strip(page, 'ANEW1')).toBeVisible({ timeout: ANEW_MS });
  expect(loads).toBe(0);
});

test('who was asleep is live again at once, and sees what has come meanwhile', async ({ world, consoleOn }) => {
  test.setTimeout(240_000);
  const page = await consoleOn('fr', 'duty');
  // Time as a machine has it that was shut and is opened: what was due while it slept comes at once, and once.
  await page.clock.install();
  await page.reload();
  await expect(strip(page, 'FREMM1')).toBeVisible();
  await write(page).fill('before the night');
  file(world, 'fr', 'NIGHT1', 300);
  await expect(strip(page, 'NIGHT1')).toBeVisible();
  const again = page.waitForRequest((request) => /\/v1\/(events|stream)$/.test(request.url()));
  const looked = page.waitForResponse((answer) => answer.url().includes('/v1/intents?') && answer.ok());
  await page.clock.fastForward('20:00');
  expect((await (await again).allHeaders())['last-event-id']).toBeTruthy();
  await looked;
  file(world, 'fr', 'NIGHT2', 320);
  await expect(strip(page, 'NIGHT2')).toBeVisible({ timeout: ANEW_MS });
  await expect(stale(page)).toHaveCount(0);
  await expect(write(page)).toHaveValue('before the night');
  // Its clock is the node's again.
  const other = await consoleOn('fr', 'second');
  await expect(async () => {
    const [here, there] = [await clockOf(page), await clockOf(other)];
    expect(Math.abs(here - there)).toBeLessThan(5_000);
  }).toPass({ timeout: ANEW_MS });
});

test('two consoles on two nodes: what one shows the other sees, and neither sees more', async ({
  world,
  consoleOn,
}) => {
  test.setTimeout(120_000);
  const fr = await consoleOn('fr', 'duty', 'fr');
  const us = await consoleOn('us', 'duty', 'ar');
  await expect(fr.getByRole('banner')).toContainText('fr');
  await expect(us.getByRole('banner')).toContainText('us');
  // fr and us cooperate: what fr plans stands in the strips of us, as shown by fr.
  file(world, 'fr', 'BOTH1', 340);
  await expect(strip(fr, 'BOTH1')).toBeVisible({ timeout: ANEW_MS });
  await expect(strip(us, 'BOTH1')).toBeVisible({ timeout: ANEW_MS });
  await expect(strip(us, 'BOTH1')).toContainText('fr');
  // Both have the same signs of life of each other.
  await expect(linkTo(us, 'fr', 'ar')).toContainText(wordsOf('ar', peers)('link.good'));
  await expect(us.getByRole('link', { name: wordsOf('ar', shellMessages)('skip') })).toHaveCount(1);
  await accessible(us);
});
