import { clickPlaces, keys, mapAt, middleOfMap, openPlan, strip, typeVolume, verdict } from './filing';
import { accessible, expect, test } from './world';

test('an intent is drawn with the mouse, with what is in the way said meanwhile, and filed', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty');
  await mapAt(page, '33.1 34.5', '33°06′00″N 034°30′00″E');
  const plan = await openPlan(page);
  await plan.getByLabel('Call sign').fill('DRAWN1');
  await plan.getByLabel('Shape').selectOption('Polygon');
  await plan.getByLabel('Lower limit').fill('FL300');
  await plan.getByLabel('Upper limit').fill('FL310');
  await plan.getByLabel('From (Z)').fill('+14h');
  await plan.getByLabel('To (Z)').fill('+30m');
  await plan.getByRole('button', { name: 'Draw', exact: true }).click();
  const panel = page.getByRole('region', { name: 'Volume 1' });
  await expect(panel).toContainText('Click corner after corner');
  await expect(panel.getByRole('button', { name: 'Done' })).toBeDisabled();
  await accessible(page);
  await clickPlaces(page, panel, [
    [-12, 10],
    [12, 10],
    [0, -12],
  ]);
  const points = panel.getByRole('list', { name: 'Points' }).getByRole('listitem');
  await expect(points).toHaveCount(3);
  // The form says the same places while they are drawn, and the node looks at them.
  const texts = await points.locator('bdi').allInnerTexts();
  await expect(plan.getByLabel('Corners, a place on each line')).toHaveValue(texts.join('\n'));
  await expect(verdict(plan)).toContainText('Nothing stands in the way.');
  await panel.getByRole('button', { name: 'Done' }).click();
  await expect(panel).toHaveCount(0);
  await expect(plan.getByLabel('Corners, a place on each line')).toHaveValue(texts.join('\n'));
  await plan.getByRole('button', { name: 'File the intent' }).click();
  await expect(strip(page, 'DRAWN1')).toContainText('accepted');
});

test('a corner is dragged to another place', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty');
  await mapAt(page, '33.1 34.5', '33°06′00″N 034°30′00″E');
  const plan = await openPlan(page);
  await plan.getByLabel('Shape').selectOption('Circle');
  await plan.getByRole('button', { name: 'Draw', exact: true }).click();
  const panel = page.getByRole('region', { name: 'Volume 1' });
  await clickPlaces(page, panel, [[0, 0]]);
  const place = panel.getByRole('listitem').locator('bdi');
  const before = await place.innerText();
  const { x, y } = await middleOfMap(page);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 40, y + 30, { steps: 5 });
  await page.mouse.up();
  await expect(place).not.toHaveText(before);
  await expect(plan.getByLabel('Centre', { exact: true })).toHaveValue(await place.innerText());
  // Left without taking it: what was drawn stays in the form, as it was last seen.
  await page.getByRole('application').focus();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
});

test('a corridor is drawn by keyboard alone, in Arabic', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty', 'ar');
  const plan = await openPlan(page, 'ar');
  await plan.getByLabel('رمز النداء').fill('QALAM1');
  await typeVolume(
    plan,
    { places: ['33.0 34.4', '33.2 34.6'], size: '4 NM', levels: ['FL320', 'FL330'], from: '+14h', to: '+30m' },
    'ar',
  );
  await plan.getByRole('button', { name: 'ارسم', exact: true }).focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('region', { name: 'الحجم 1' });
  const points = panel.getByRole('listitem');
  await expect(points).toHaveCount(2);
  await panel.getByRole('textbox').first().focus();
  await page.keyboard.type('33.25 34.5');
  await page.keyboard.press('Enter');
  await expect(points).toHaveCount(3);
  await expect(points.last()).toContainText('33°15′00″N 034°30′00″E');
  await accessible(page);
  await panel.locator('.row').getByRole('button').first().focus();
  await page.keyboard.press('Enter');
  await expect(panel).toHaveCount(0);
  await expect(plan.getByLabel('خط الوسط، موقع في كل سطر')).toHaveValue(/33°15′00″N 034°30′00″E$/);
  await expect(verdict(plan)).toContainText('لا شيء يعترض.');
  await plan.getByRole('button', { name: 'قدّم النية' }).focus();
  await page.keyboard.press('Enter');
  await expect(strip(page, 'QALAM1')).toContainText('مقبولة');
  await keys(page, 'o');
  await expect(page.getByRole('heading', { name: 'QALAM1', exact: true })).toBeVisible();
});
