import { type Locator, type Page } from '@playwright/test';
import { fileIntent, keys, openPlan, strip, typeVolume, windowOf, type VolumeWords } from './filing';
import { accessible, expect, test } from './world';

/** A flight is decided by the owners' nodes one after another; that takes some turns of theirs. */
const DECIDED = { timeout: 45_000 };
const K1: VolumeWords = { places: ['34.45 35.5'], size: '5 NM', levels: ['FL190', 'FL210'], from: '+5h', to: '+30m' };
const K4: VolumeWords = { places: ['35.6 35.6'], size: '5 NM', levels: ['FL300', 'FL320'], from: '+5h30m', to: '+30m' };

async function typeFlight(page: Page, name: string, volumes: readonly VolumeWords[]): Promise<Locator> {
  const plan = await openPlan(page);
  await plan.getByLabel('Call sign').fill(name);
  for (const [n, volume] of volumes.entries()) {
    if (n > 0) await plan.getByRole('button', { name: 'Another volume' }).click();
    await typeVolume(plan, volume, 'en', n);
  }
  return plan;
}
const legOf = (page: Page, zone: string): Locator =>
  windowOf(page, 'Flights').getByRole('row').filter({ hasText: zone });

test('a flight through two authorities is decided by each, leg by leg, cleared and given back', async ({
  consoleOn,
}) => {
  test.setTimeout(150_000);
  const fr = await consoleOn('fr', 'duty');
  const us = await consoleOn('us', 'duty');
  const plan = await typeFlight(fr, 'MISTRAL5', [K1, K4]);
  await expect(plan).toContainText('Others decide on the way: filed as a flight.');
  await expect(plan.getByRole('listitem').filter({ hasText: 'K1' })).toContainText('asked of us');
  await expect(plan.getByRole('listitem').filter({ hasText: 'K4' })).toContainText('asked of ru');
  await accessible(fr);
  await plan.getByRole('button', { name: 'File the flight' }).click();
  await expect(fr.getByText('MISTRAL5 is filed; the owners are being asked.')).toBeVisible();

  await expect(legOf(fr, 'K1')).toContainText('confirmed', DECIDED);
  await expect(legOf(fr, 'K4')).toContainText('confirmed', DECIDED);
  await expect(windowOf(fr, 'Flights')).toContainText('All legs up to landing are confirmed');
  await expect(strip(fr, 'MISTRAL5')).toContainText('K1');
  await expect(strip(fr, 'MISTRAL5')).toContainText('K4');
  await expect(strip(us, 'MISTRAL5')).toContainText('confirmed');
  await expect(strip(us, 'MISTRAL5')).not.toContainText('K4');
  await accessible(fr);

  await fr.getByRole('button', { name: 'Cleared: passed to the crew' }).click();
  await expect(legOf(fr, 'K1')).toContainText('crew told, not read back');
  await fr.getByRole('button', { name: 'Crew has read back' }).click();
  await expect(legOf(fr, 'K1')).toContainText('crew holds it');

  // The owner looks at it, and asks it back; home recalls its crew, and gives it up.
  await strip(us, 'MISTRAL5').dblclick();
  const card = windowOf(us, 'Card');
  await card.getByLabel('Why, in words for its home').fill('Firing in K1');
  await card.getByRole('button', { name: 'Ask it back' }).click();
  await us.getByRole('dialog').getByRole('button', { name: 'Ask it back' }).click();
  await expect(card).toContainText('asked back; booked until home answers');
  const asked = fr.getByRole('region', { name: 'Needs your answer' }).getByRole('button', { name: /MISTRAL5/ });
  await expect(asked).toContainText('REVOKE', DECIDED);
  await asked.click();
  const answer = windowOf(fr, 'Answer');
  // The node recalls at once; that the crew has read it back only a person can say.
  await expect(answer).toContainText('recalled, no read-back yet');
  await accessible(fr);
  await answer.getByRole('button', { name: 'The crew has read it back' }).click();
  await expect(asked).toHaveCount(0, DECIDED);
  await expect(strip(us, 'MISTRAL5')).toHaveCount(0, DECIDED);
});

test('what an owner counters is taken with one click', async ({ consoleOn }) => {
  test.setTimeout(120_000);
  const us = await consoleOn('us', 'duty');
  const fr = await consoleOn('fr', 'duty');
  await fileIntent(us, 'TEXAN3', { ...K1, levels: ['FL190', 'FL210'], from: '+8h' });
  await (
    await typeFlight(fr, 'MISTRAL6', [{ ...K1, from: '+8h' }])
  )
    .getByRole('button', { name: 'File the flight' })
    .click();
  await expect(legOf(fr, 'K1')).toContainText('countered', DECIDED);
  await expect(legOf(fr, 'K1').locator('.offer')).toContainText(/(earlier|later|lower|higher)/);
  const queue = fr.getByRole('region', { name: 'Needs your answer' });
  await expect(queue.getByRole('button', { name: /MISTRAL6/ })).toContainText('COUNTER');
  await accessible(fr);
  await windowOf(fr, 'Flights').getByRole('button', { name: 'Take the counter' }).click();
  await expect(legOf(fr, 'K1')).toContainText('confirmed', DECIDED);
  await expect(queue.getByRole('button', { name: /MISTRAL6/ })).toHaveCount(0);
  await windowOf(fr, 'Flights').getByRole('button', { name: 'Give the flight up' }).click();
  await fr.getByRole('dialog').getByRole('button', { name: 'Give the flight up' }).click();
  await expect(legOf(fr, 'K1')).toContainText('cancelled', DECIDED);
});

test('a leg that an owner refuses says why', async ({ consoleOn }) => {
  test.setTimeout(120_000);
  const us = await consoleOn('us', 'duty');
  const fr = await consoleOn('fr', 'duty');
  // Closed over all of its levels, for longer than anybody plans ahead: there is nothing to counter with.
  await keys(us, 'n', 'z');
  const measures = windowOf(us, 'Measures');
  await measures.getByLabel('Zone').selectOption('K1 · Corridor K1');
  await measures.getByLabel('Name').fill('CLOSED-K1');
  const end = new Date(Date.now() + 55 * 86_400_000 + 23 * 3_600_000).toISOString().slice(0, 16);
  await typeVolume(measures, { places: ['34.1 34.2'], size: '6 NM', from: '+1m', to: `${end}Z` });
  await measures.getByRole('button', { name: 'Put in force' }).click();
  await expect(strip(us, 'CLOSED-K1')).toBeVisible();

  const plan = await typeFlight(fr, 'MISTRAL8', [
    { ...K1, places: ['34.1 34.2'], size: '2 NM', from: '+1h', to: '+3h' },
  ]);
  await expect(plan.getByRole('listitem').filter({ hasText: 'K1' })).toContainText('asked of us');
  await plan.getByRole('button', { name: 'File the flight' }).click();
  await expect(legOf(fr, 'K1')).toContainText('refused', DECIDED);
  await expect(legOf(fr, 'K1')).toContainText('Too close to others.');
  await expect(strip(fr, 'MISTRAL8')).toContainText('failed');
  await accessible(fr);
  await windowOf(fr, 'Flights').getByRole('button', { name: 'Ask again', exact: true }).click();
  await expect(windowOf(fr, 'Plan').getByLabel('Call sign')).toHaveValue('MISTRAL8');

  const row = windowOf(us, 'Measures').getByRole('listitem').filter({ hasText: 'CLOSED-K1' });
  await row.getByRole('button', { name: 'Withdraw' }).click();
  await us.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await expect(strip(us, 'CLOSED-K1')).toHaveCount(0);
});
