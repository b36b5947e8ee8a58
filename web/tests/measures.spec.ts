import { clickPlaces, fileIntent, keys, mapAt, openPlan, strip, typeVolume, verdict, windowOf } from './filing';
import { accessible, expect, test } from './world';

test('a measure is drawn and put in force, seen at another console, refuses, and is withdrawn', async ({
  consoleOn,
}) => {
  const duty = await consoleOn('fr', 'duty');
  const chief = await consoleOn('fr', 'chief', 'ru');
  await fileIntent(duty, 'BORA1', {
    places: ['33.1 34.5'],
    size: '5 NM',
    levels: ['FL350', 'FL360'],
    from: '+6h',
    to: '+1h',
  });

  await mapAt(duty, '33.1 34.5', '33°06′00″N 034°30′00″E');
  await keys(duty, 'n', 'z');
  const form = windowOf(duty, 'Measures');
  await form.getByRole('radio', { name: 'Closed' }).check();
  await form.getByLabel('Zone').selectOption('F1 · Block F1');
  await form.getByLabel('Name').fill('DANGER-1');
  await form.getByLabel('Text').fill('Gunnery, call 118.1');
  await form.getByLabel('Shape').selectOption('Polygon');
  await form.getByLabel('Lower limit').fill('FL340');
  await form.getByLabel('Upper limit').fill('FL370');
  await form.getByLabel('From (Z)').fill('+6h');
  await form.getByLabel('To (Z)').fill('+2h');
  await form.getByRole('button', { name: 'Draw', exact: true }).click();
  const panel = duty.getByRole('region', { name: 'Volume 1' });
  await clickPlaces(duty, panel, [
    [-14, 12],
    [14, 12],
    [14, -12],
    [-14, -12],
  ]);
  await panel.getByRole('button', { name: 'Done' }).click();
  await expect(form.getByRole('region', { name: 'Whom it touches' })).toContainText('BORA1');
  await accessible(duty);
  await form.getByRole('button', { name: 'Put in force' }).click();
  await expect(form).toContainText('1 intent is affected');
  await form.getByRole('button', { name: 'All measures' }).click();
  await expect(form.getByRole('listitem').filter({ hasText: 'DANGER-1' })).toContainText('Gunnery, call 118.1');
  await accessible(duty);

  // Another console of the node, in another language.
  await expect(strip(chief, 'DANGER-1')).toContainText('FL340–FL370');
  await keys(chief, 'g', 'm');
  await expect(windowOf(chief, 'Меры').getByRole('listitem').filter({ hasText: 'DANGER-1' })).toContainText('Gunnery');
  await accessible(chief);

  // What meets it is refused, by its name and words; BORA1 is over by then.
  const plan = await openPlan(duty);
  await plan.getByLabel('Call sign').fill('BORA2');
  await typeVolume(plan, {
    places: ['33.1 34.5'],
    size: '2 NM',
    levels: ['FL365', 'FL370'],
    from: '+7h15m',
    to: '+10m',
  });
  await expect(verdict(plan)).toContainText('A measure closes the space.');
  await expect(verdict(plan)).toContainText('DANGER-1');
  await expect(verdict(plan)).toContainText('Gunnery, call 118.1');
  await accessible(duty);
  await plan.press('Escape');
  await expect(plan).toHaveCount(0);

  // Changed by one, seen by the other; then withdrawn.
  const row = windowOf(duty, 'Measures').getByRole('listitem').filter({ hasText: 'DANGER-1' });
  await row.getByRole('button', { name: 'Change', exact: true }).click();
  await form.getByText('Advisory', { exact: true }).first().click();
  await expect(form.getByRole('radio', { name: 'Advisory' })).toBeChecked();
  await form.getByRole('button', { name: 'Publish the change' }).click();
  await expect(form).toContainText('DANGER-1 is on record.');
  await form.getByRole('button', { name: 'All measures' }).click();
  await expect(row).toContainText('Advisory');
  await expect(row).toContainText('version 2');
  await row.getByRole('button', { name: 'Withdraw' }).click();
  await duty.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await expect(duty.getByText('DANGER-1 has been withdrawn.')).toBeVisible();
  await expect(strip(chief, 'DANGER-1')).toHaveCount(0);
});

test('a measure is published by keyboard alone, in Arabic', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty', 'ar');
  await keys(page, 'n', 'z');
  const form = windowOf(page, 'التدابير');
  await typeVolume(
    form,
    { places: ['33.2 34.4'], size: '3 NM', levels: ['FL100', 'FL110'], from: '+20h', to: '+30m' },
    'ar',
  );
  await form.getByLabel('النص', { exact: true }).focus();
  await page.keyboard.type('رماية');
  await expect(form).toContainText('لا نية');
  await accessible(page);
  await form.getByLabel('إلى (زولو)').focus();
  await page.keyboard.press('Enter');
  await expect(form.getByRole('listitem').filter({ hasText: 'رماية' })).toContainText('قادم');
  await accessible(page);
});
