import { fileIntent, keys, openPlan, strip, typeVolume, verdict, windowOf, WORDS } from './filing';
import { accessible, expect, test, type Language } from './world';

const F1 = '33.1 34.5';
/** Block F1 is ours from FL100 to FL400; RAFALE2 and ATL44 keep below FL210 in it. */
const languages: readonly { language: Language; name: string; from: string }[] = [
  { language: 'ar', name: 'NAJM1', from: '+5h' },
  { language: 'en', name: 'MISTRAL1', from: '+7h' },
  { language: 'fr', name: 'ZEPHYR1', from: '+9h' },
  { language: 'ru', name: 'ATLAS1', from: '+11h' },
];

for (const { language, name, from } of languages)
  test(`an intent is filed by form and stands in the strips (${language})`, async ({ consoleOn }) => {
    const page = await consoleOn('fr', 'duty', language);
    await fileIntent(
      page,
      name,
      { places: [F1], size: '8 NM', levels: ['FL300', 'FL320'], from, to: '+30m' },
      language,
    );
    await expect(strip(page, name)).toContainText('FL300–FL320');
    await expect(strip(page, name)).toContainText('F1');
    // The window has given the focus back to the screen, and keys go on.
    await expect(windowOf(page, WORDS[language].window)).toHaveCount(0);
    await keys(page, 'o');
    await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
    await accessible(page);
  });

test('what is in the way is said while it is typed, and one click takes what is free instead', async ({
  consoleOn,
}) => {
  const page = await consoleOn('fr', 'duty');
  await fileIntent(page, 'SIROCCO1', {
    places: [F1],
    size: '8 NM',
    levels: ['FL240', 'FL260'],
    from: '+17h',
    to: '+30m',
  });
  const plan = await openPlan(page);
  await plan.getByLabel('Call sign').fill('SIROCCO2');
  await expect(plan).toContainText('Draw or write outline, levels and times');
  await typeVolume(plan, {
    places: ['33.1 34.55'],
    size: '6 NM',
    levels: ['FL250', 'FL270'],
    from: '+17h',
    to: '+30m',
  });
  await expect(verdict(plan)).toContainText('Would be refused.');
  await expect(verdict(plan)).toContainText('It conflicts with what stands.');
  await expect(verdict(plan)).toContainText('SIROCCO1');
  await expect(verdict(plan)).toContainText('F1');
  await accessible(page);
  // Other levels: free while they are typed, and in the way again.
  await plan.getByLabel('Lower limit').fill('FL300');
  await plan.getByLabel('Upper limit').fill('FL320');
  await expect(verdict(plan)).toContainText('Nothing stands in the way.');
  await plan.getByLabel('Lower limit').fill('FL250');
  await plan.getByLabel('Upper limit').fill('FL270');
  await expect(verdict(plan)).toContainText('Would be refused.');

  // Filed all the same: refused, with the reason, and what was typed stays.
  await plan.getByRole('button', { name: 'File the intent' }).click();
  await expect(verdict(plan)).toContainText('Refused.');
  await expect(verdict(plan)).toContainText('SIROCCO1');
  await expect(plan.getByLabel('Call sign')).toHaveValue('SIROCCO2');
  await expect(plan.getByLabel('Upper limit')).toHaveValue('FL270');
  await expect(strip(page, 'SIROCCO2')).toHaveCount(0);
  await accessible(page);

  // One click moves it, and files it.
  await verdict(plan)
    .getByRole('button', { name: /^Take it .* higher$/ })
    .click();
  await expect(page.getByText('SIROCCO2 is accepted.')).toBeVisible();
  await expect(strip(page, 'SIROCCO2')).toContainText('accepted');
  await expect(strip(page, 'SIROCCO2')).not.toContainText('FL250');
});

test('what cannot be read is said at its field, and nothing is filed', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty');
  const plan = await openPlan(page);
  await plan.getByRole('button', { name: 'File the intent' }).click();
  await expect(plan.getByRole('alert').filter({ hasText: 'A width is a distance' })).toBeVisible();
  await typeVolume(plan, { places: ['nowhere'], size: '8 NM', levels: ['FL300', 'FL200'], from: '+30m', to: '+15m' });
  await expect(plan.getByRole('alert').filter({ hasText: 'Line 1 is no place.' })).toBeVisible();
  await expect(plan.getByRole('alert').filter({ hasText: 'The lower limit is not below the upper.' })).toBeVisible();
  await expect(plan.getByLabel('Centre', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await plan.getByRole('button', { name: 'File the intent' }).click();
  await expect(plan).toBeVisible();
  await expect(verdict(plan)).toHaveCount(0);
  await accessible(page);
});

test('an intent is changed, activated, reported off its plan and ended', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty');
  await fileIntent(page, 'LEVANT1', { places: [F1], size: '5 NM', levels: ['FL340', 'FL360'], from: '+1m', to: '+2h' });
  await keys(page, 'o');
  const card = windowOf(page, 'Card');
  await expect(card.getByRole('heading', { name: 'LEVANT1', exact: true })).toBeVisible();

  await card.getByRole('button', { name: 'Change', exact: true }).click();
  const plan = windowOf(page, 'Plan');
  await expect(plan.getByLabel('Call sign')).toHaveValue('LEVANT1');
  await expect(plan.getByLabel('Lower limit')).toHaveValue('FL340');
  await plan.getByLabel('Lower limit').fill('FL350');
  await plan.getByLabel('Upper limit').fill('FL370');
  await expect(verdict(plan)).toContainText('Nothing stands in the way.');
  await plan.getByRole('button', { name: 'File the change' }).click();
  await expect(page.getByText('The change of LEVANT1 is filed.')).toBeVisible();
  await expect(strip(page, 'LEVANT1')).toContainText('FL350–FL370');
  await expect(card).toContainText('FL350–FL370');

  await card.getByRole('button', { name: 'Activate' }).click();
  await expect(strip(page, 'LEVANT1')).toContainText('activated');
  await expect(card.getByRole('button', { name: 'Activate' })).toHaveCount(0);

  await card.getByRole('button', { name: 'Report off-nominal' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Report off-nominal' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(strip(page, 'LEVANT1')).toContainText('nonconforming');
  await card.getByRole('button', { name: 'Back inside: activate' }).click();
  await expect(strip(page, 'LEVANT1')).toContainText('activated');

  await card.getByRole('button', { name: 'End', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('LEVANT1');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(strip(page, 'LEVANT1')).toContainText('activated');
  await expect(card.getByRole('button', { name: 'End', exact: true })).toBeFocused();
  await card.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click();
  await expect(page.getByText('LEVANT1 has ended; its space is free.')).toBeVisible();
  await expect(strip(page, 'LEVANT1')).toHaveCount(0);
  await expect(card).toContainText('ended');
});

test('two officers change one intent: the later is told that it was changed meanwhile', async ({ consoleOn }) => {
  const duty = await consoleOn('fr', 'duty');
  const second = await consoleOn('fr', 'second', 'fr');
  await fileIntent(duty, 'PONANT1', { places: [F1], size: '5 NM', levels: ['FL380', 'FL390'], from: '+3h', to: '+1h' });
  await keys(duty, 'o');
  await windowOf(duty, 'Card').getByRole('button', { name: 'Change', exact: true }).click();
  await expect(windowOf(duty, 'Plan').getByLabel('Call sign')).toHaveValue('PONANT1');

  await strip(second, 'PONANT1').dblclick();
  await second.getByRole('button', { name: 'Modifier', exact: true }).click();
  const plan = windowOf(second, 'Plan');
  await plan.getByLabel('Plancher').fill('FL370');
  await expect(verdict(plan)).toContainText('Rien ne s’y oppose.');
  await plan.getByRole('button', { name: 'Déposer la modification' }).click();
  await expect(strip(second, 'PONANT1')).toContainText('FL370–FL390');

  await expect(windowOf(duty, 'Plan').getByRole('alert')).toContainText('It has been changed meanwhile.');
  await windowOf(duty, 'Plan').getByRole('button', { name: 'Read it anew' }).click();
  await expect(windowOf(duty, 'Plan').getByLabel('Lower limit')).toHaveValue('FL370');
  await expect(windowOf(duty, 'Plan').getByRole('alert')).toHaveCount(0);
});

test('whoever observes sees intents, and does not change them', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'watcher');
  await strip(page, 'RAFALE2').dblclick();
  await expect(windowOf(page, 'Card').getByRole('heading', { name: 'RAFALE2', exact: true })).toBeVisible();
  await expect(windowOf(page, 'Card').getByRole('button', { name: 'End', exact: true })).toBeDisabled();
  await keys(page, 'n', 'f');
  await expect(windowOf(page, 'Plan')).toHaveCount(0);
});

test('what was written and not filed outlives Escape, and another plan does not overwrite it unasked', async ({
  consoleOn,
}) => {
  const page = await consoleOn('fr', 'duty');
  const plan = await openPlan(page);
  await plan.getByLabel('Call sign').fill('TRAMONTANE');
  await plan.getByLabel('Centre line, a place on each line').fill('33.0 34.4\n33.2 34.6');
  await page.keyboard.press('Escape');
  await expect(plan).toHaveCount(0);
  await openPlan(page);
  await expect(plan.getByLabel('Call sign')).toHaveValue('TRAMONTANE');
  await expect(plan.getByLabel('Centre line, a place on each line')).toHaveValue('33.0 34.4\n33.2 34.6');
  await expect(plan).toContainText('This was written before, and not filed.');
  await accessible(page);

  await strip(page, 'ATL44').dblclick();
  await windowOf(page, 'Card').getByRole('button', { name: 'As a template' }).click();
  await expect(page.getByRole('dialog')).toContainText('TRAMONTANE');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(plan.getByLabel('Call sign')).toHaveValue('TRAMONTANE');
  await windowOf(page, 'Plan').getByRole('button', { name: 'Cancel' }).click();
  await openPlan(page);
  await expect(plan.getByLabel('Call sign')).toHaveValue('');
});
