import { type Page } from '@playwright/test';
import { keys, windowOf } from './filing';
import { accessible, expect, test } from './world';

const SOON = { timeout: 30_000 };
async function relationsWith(page: Page, peer: string, title = 'Relations'): Promise<ReturnType<typeof windowOf>> {
  await keys(page, 'g', 'n');
  const window = windowOf(page, title);
  await window.getByRole('tab', { name: peer }).click();
  return window;
}

test('one officer freezes alone; thawing takes two on each side, and a preview', async ({ consoleOn }) => {
  test.setTimeout(180_000);
  const fr = await consoleOn('fr', 'duty');
  const ru = await consoleOn('ru', 'duty', 'ru');
  const ours = await relationsWith(fr, 'ru');
  const theirs = await relationsWith(ru, 'fr', 'Отношения');
  await accessible(fr);

  await ours.getByRole('button', { name: 'Freeze everything …' }).click();
  const dialog = fr.getByRole('dialog');
  await expect(dialog.getByRole('listitem').first()).toContainText('narrower');
  await dialog.getByLabel('Why').fill('Radar fault at the border');
  await dialog.getByRole('button', { name: 'Freeze now' }).click();
  await expect(dialog.getByRole('alert')).toContainText('That is not ru.');
  await dialog.getByLabel('Type ru to confirm').fill('ru');
  await accessible(fr);
  await dialog.getByRole('button', { name: 'Freeze now' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(ours.getByRole('button', { name: 'Freeze everything …' })).toBeDisabled();
  await expect(ours.getByText(/^agreed: /).first()).toBeVisible();
  // The other side sees it by itself.
  await expect(theirs.getByText(/^согласовано: /).first()).toBeVisible(SOON);
  await accessible(ru);

  // Wider again: chosen as a bundle, seen before, proposed, signed by a second officer.
  await ours.getByRole('button', { name: 'Change', exact: true }).click();
  await ours.getByText('cooperate', { exact: true }).first().click();
  await ours.getByRole('button', { name: 'Choose', exact: true }).click();
  const outcome = ours.getByRole('region', { name: 'What it would mean' });
  await expect(outcome).toContainText('two officers, and the other side');
  await expect(outcome.getByRole('listitem').first()).toContainText('wider');
  await accessible(fr);
  await outcome.getByLabel('Why').fill('The fault is mended');
  await outcome.getByRole('button', { name: 'Propose' }).click();
  await expect(fr.getByText('It waits for a second officer.')).toBeVisible();

  const second = await consoleOn('fr', 'second');
  const asked = second.getByRole('region', { name: 'Needs your answer' }).getByRole('button', { name: /2ND OFFICER/ });
  await asked.click();
  const signing = windowOf(second, 'Answer');
  await expect(signing).toContainText('The fault is mended');
  await accessible(second);
  await signing.getByRole('button', { name: 'Confirm and sign' }).click();
  await expect(asked).toHaveCount(0);
  await expect(ours).toContainText('Waits for ru to agree.', SOON);

  const proposal = ru.getByRole('region', { name: 'Ждёт вашего ответа' }).getByRole('button', { name: /ПРЕДЛОЖЕНИЕ/ });
  await expect(proposal).toBeVisible(SOON);
  await theirs.getByRole('button', { name: 'Согласиться' }).click();
  await expect(theirs).toContainText('второго', SOON);
  const other = await consoleOn('ru', 'second', 'ru');
  await other
    .getByRole('region', { name: 'Ждёт вашего ответа' })
    .getByRole('button', { name: /2-Й ОФИЦЕР/ })
    .click();
  await windowOf(other, 'Ответ').getByRole('button', { name: 'Подтвердить и подписать' }).click();

  await expect(ours.getByText(/^agreed: /)).toHaveCount(0, SOON);
  await expect(theirs.getByText(/^согласовано: /)).toHaveCount(0, SOON);
  await ours.getByRole('button', { name: 'Show what was said' }).click();
  await expect(ours).toContainText('Radar fault at the border', SOON);
  await expect(ours).toContainText('agreed to a proposal');
});
