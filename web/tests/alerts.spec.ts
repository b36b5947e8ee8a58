import type { Page } from '@playwright/test';
import { messages as alerts } from '../src/features/alerts/messages';
import { accessible, expect, keys, test, type Language, type World } from './world';
import { wordsOf } from './words';

/** Two craft that nobody else comes near, head on at one level: a conflict within seconds. Each pair has a level of its own. */
async function meet(world: World, one: string, other: string, level: number): Promise<void> {
  await world.fly(one, 31.2, 32.0, 90, 150, level);
  await world.fly(other, 31.2, 32.4, 270, 150, level);
}
async function part(world: World, ...names: readonly string[]): Promise<void> {
  for (const name of names) await world.land(name);
}
const panel = (page: Page, language: Language = 'en') =>
  page.getByRole('region', { name: wordsOf(language, alerts)('title'), exact: true });
const row = (page: Page, craft: string, language: Language = 'en') =>
  panel(page, language).getByRole('listitem').filter({ hasText: craft });
/** Counts the tones that a page begins. */
async function listen(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const of = AudioContext.prototype;
    const make = of.createOscillator;
    of.createOscillator = function (this: AudioContext) {
      document.documentElement.dataset['tones'] = String(Number(document.documentElement.dataset['tones'] ?? 0) + 1);
      return make.call(this);
    };
  });
  return () => page.evaluate(() => Number(document.documentElement.dataset['tones'] ?? 0));
}
const clockOf = async (page: Page): Promise<number> =>
  Date.parse((await page.getByRole('timer').locator('time').getAttribute('datetime')) ?? '');

test('an alert is acknowledged at one console, and is so at all consoles of the node', async ({ world, consoleOn }) => {
  test.setTimeout(300_000);
  const duty = await consoleOn('us', 'duty');
  const second = await consoleOn('us', 'second', 'ru');
  const other = await consoleOn('ru', 'duty');
  const ru = wordsOf('ru', alerts);
  await meet(world, 'GULL1', 'GULL2', 110);
  const here = row(duty, 'GULL1');
  const there = row(second, 'GULL1', 'ru');
  await expect(here).toContainText('Conflict predicted', { timeout: 40_000 });
  await expect(here).toContainText('GULL2');
  await expect(here.getByRole('button', { name: /^unacknowledged/ })).toBeVisible();
  await expect(there).toContainText(ru('kind.conflict'));
  await expect(there.getByRole('button', { name: ru('acknowledge'), exact: true })).toBeVisible();
  await expect(panel(duty).getByRole('status').first()).toContainText(/\d unacknowledged/);
  await accessible(duty);

  await here.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await expect(here).toContainText(/Acknowledged by duty@us \d\d:\d\d:\d\dZ/);
  await expect(here.getByRole('button', { name: /^unacknowledged/ })).toHaveCount(0);
  await expect(there).toContainText(ru('seenBy'));
  await expect(there).toContainText('duty');
  await expect(there.getByRole('button', { name: ru('acknowledge'), exact: true })).toHaveCount(0);
  // Another authority has its own picture, and its own officers.
  await expect(row(other, 'GULL1').getByRole('button', { name: 'Acknowledge', exact: true })).toBeVisible();

  await part(world, 'GULL1', 'GULL2');
  // It is over, and after a minute more it is out of sight: what comes back within it is the same.
  await expect(here).toContainText('Over since', { timeout: 60_000 });
  await expect(here).toHaveCount(0, { timeout: 120_000 });
  await panel(duty).getByText('History', { exact: true }).click();
  await expect(panel(duty).getByRole('listitem').filter({ hasText: 'Acknowledged by duty@us' }).first()).toContainText(
    'Conflict predicted',
  );
  await panel(duty).getByText('Current', { exact: true }).click();
});

test('alerts are gone through by keys alone, and the focus stays with them', async ({ world, consoleOn }) => {
  test.setTimeout(120_000);
  const page = await consoleOn('us', 'duty');
  await meet(world, 'GULL3', 'GULL4', 170);
  await expect(row(page, 'GULL3')).toContainText('Conflict predicted', { timeout: 40_000 });
  await keys(page, 'a', 'n');
  await expect(panel(page).getByRole('button', { pressed: true, name: /unacknowledged/ })).toHaveCount(1);
  await expect(async () => {
    await keys(page, 'a', 'n');
    await keys(page, 'a', 'a');
    await expect(row(page, 'GULL3')).toContainText('Acknowledged by duty', { timeout: 3_000 });
  }).toPass({ timeout: 40_000 });
  await keys(page, 'g', 'a');
  await expect(panel(page).locator(':focus')).toHaveCount(1);
  await part(world, 'GULL3', 'GULL4');
});

test('an alert sounds until it is acknowledged, and then no more', async ({ world, consoleOn }) => {
  test.setTimeout(240_000);
  const page = await consoleOn('us', 'duty');
  const tones = await listen(page);
  await meet(world, 'GULL5', 'GULL6', 230);
  await expect(row(page, 'GULL5')).toContainText('Conflict predicted', { timeout: 40_000 });
  await expect.poll(tones).toBeGreaterThan(0);
  // Nobody acknowledges: it escalates, and sounds again.
  const first = await tones();
  await expect.poll(tones, { timeout: 120_000 }).toBeGreaterThan(first);
  const waiting = panel(page).getByRole('button', { name: 'Acknowledge', exact: true });
  await expect(async () => {
    while ((await waiting.count()) > 0) await waiting.first().click();
    await expect(waiting).toHaveCount(0);
    // Longer than alarms are apart.
    const [heard, from] = [await tones(), await clockOf(page)];
    await expect.poll(() => clockOf(page), { timeout: 60_000 }).toBeGreaterThan(from + 35_000);
    await expect(waiting).toHaveCount(0, { timeout: 1 });
    expect(await tones()).toBe(heard);
  }).toPass({ timeout: 120_000 });
  await part(world, 'GULL5', 'GULL6');
});

test('a console that is muted says so, and is silent', async ({ world, consoleOn }) => {
  test.setTimeout(120_000);
  for (const language of ['en', 'ar'] as const) {
    const say = wordsOf(language, alerts);
    const page = await consoleOn('fr', 'duty', language);
    const muted = panel(page, language).getByText(say('muted'), { exact: true });
    await expect(muted).toHaveCount(0);
    await page.keyboard.press('Control+,');
    await page.getByRole('checkbox').first().check();
    await accessible(page);
    await page.keyboard.press('Escape');
    await expect(muted).toBeVisible();
    const tones = await listen(page);
    if (language === 'en') {
      await meet(world, 'GULL7', 'GULL8', 290);
      await expect(row(page, 'GULL7')).toContainText('Conflict predicted', { timeout: 40_000 });
      await expect(row(page, 'GULL7').getByRole('button', { name: /^unacknowledged/ })).toBeVisible();
      expect(await tones()).toBe(0);
      // The test of the sound is heard all the same.
      await panel(page).getByRole('button', { name: 'Test the sound' }).click();
      await expect.poll(tones).toBeGreaterThan(0);
      await part(world, 'GULL7', 'GULL8');
    }
    await page.reload();
    await expect(muted).toBeVisible();
    await page.keyboard.press('Control+,');
    await page.getByRole('checkbox').first().uncheck();
    await expect(muted).toHaveCount(0);
  }
});
