import { keys, strip, windowOf } from './filing';
import { accessible, expect, test } from './world';

test('strips stand by the time to what comes next, and are walked through by keyboard', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty');
  const list = page.getByRole('listbox', { name: 'Strips, by the time to what comes next' });
  await expect(strip(page, 'RAFALE2')).toBeVisible();
  const next = await list
    .getByRole('option')
    .locator('time')
    .evaluateAll((all) => all.map((t) => t.getAttribute('datetime') ?? ''));
  expect(next.length).toBeGreaterThan(2);
  expect(next).toEqual([...next].sort());

  await keys(page, 'g', 's');
  await expect(page.getByLabel('Search: call sign, zone, authority')).toBeFocused();
  await page.keyboard.type('ATL44');
  await expect(list.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('ArrowDown');
  await expect(list).toBeFocused();
  await expect(list.getByRole('option', { selected: true })).toContainText('ATL44');
  await page.keyboard.press('Enter');
  await expect(windowOf(page, 'Card').getByRole('heading', { name: 'ATL44', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(list).toBeFocused();

  await page.getByLabel('Search: call sign, zone, authority').fill('');
  await list.focus();
  await page.keyboard.press('Home');
  await expect(list.getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(list.getByRole('option').nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('End');
  await expect(list.getByRole('option').last()).toHaveAttribute('aria-selected', 'true');
});

for (const palette of ['night', 'day'] as const)
  test(`a selected strip and one that is over can be read (${palette})`, async ({ consoleOn }) => {
    const page = await consoleOn('fr', 'duty');
    await page.evaluate((p) => localStorage.setItem('tansiq.theme', JSON.stringify({ palette: p })), palette);
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('data-palette', palette);
    await page.getByRole('button', { name: 'What the list holds' }).click();
    await page.getByLabel('ended too').check();
    await page.keyboard.press('Escape');
    const rows = page.getByRole('listbox').getByRole('option');
    await expect(rows.first()).toBeVisible();
    for (let n = 0; n < Math.min(3, await rows.count()); n += 1) {
      await rows.nth(n).click();
      await expect(rows.nth(n)).toHaveAttribute('aria-selected', 'true');
      await accessible(page);
    }
  });

test('filters show their own, and say when nothing fits', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty');
  const filters = page.getByRole('group', { name: 'Which strips' });
  await filters.getByRole('button', { name: /^Ships/ }).click();
  await expect(strip(page, 'FREMM1')).toBeVisible();
  await expect(strip(page, 'RAFALE2')).toHaveCount(0);
  await page.getByLabel('Search: call sign, zone, authority').fill('no such ship');
  await expect(page.getByText('No strip fits the filter and the search.')).toBeVisible();
  await page.getByLabel('Search: call sign, zone, authority').press('Escape');
  await filters.getByRole('button', { name: /^All/ }).click();
  await expect(strip(page, 'RAFALE2')).toBeVisible();
});

test('the list is printed as a table, and nothing else of the screen', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty', 'ar');
  await expect(strip(page, 'RAFALE2')).toBeVisible();
  // A browser without a printer returns at once; then the list would be gone before anybody has seen it.
  await page.evaluate(() => {
    window.print = () => document.documentElement.setAttribute('data-asked-to-print', '');
  });
  const names = await page
    .getByRole('listbox')
    .getByRole('option')
    .evaluateAll((all) => all.map((one) => one.querySelector('.who .mono')?.textContent ?? ''));
  await page.getByRole('button', { name: 'اطبع قائمة الشرائط' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-asked-to-print', '');
  await page.emulateMedia({ media: 'print' });
  const table = page.getByRole('table');
  await expect(table).toBeVisible();
  await expect(page.locator('.shell')).toBeHidden();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('قائمة الشرائط');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('TEST');
  const rows = table.locator('tbody tr');
  // In the order of the screen.
  await expect(rows.locator('td:nth-child(3)')).toHaveText(names);
  await expect(rows.filter({ hasText: 'RAFALE2' })).toContainText('FL150–FL170');
  await page.emulateMedia({ media: 'screen' });
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await expect(page.locator('.paper')).toHaveCount(0);
  await expect(page.locator('.shell')).toBeVisible();
});
