import type { Page } from '@playwright/test';
import { accessible, expect, test } from './world';
import { WITHOUT_MAP } from './withoutmap';

test.use(WITHOUT_MAP);

test('a report goes to whom it names, widens by two officers, and is taken back from all', async ({ consoleOn }) => {
  test.slow();
  const fr = await consoleOn('fr', 'duty');
  const second = await consoleOn('fr', 'second');
  const us = await consoleOn('us', 'duty');
  const other = await consoleOn('us', 'second');
  /** What takes two is looked at and confirmed by the second: nothing has happened before. */
  const confirmed = async (page: Page, what: string, refused?: string): Promise<void> => {
    await page
      .getByRole('region', { name: 'Needs your answer' })
      .getByRole('button', { name: /2ND OFFICER/ })
      .first()
      .click();
    const answer = page.getByRole('region', { name: 'Answer', exact: true });
    await expect(answer).toContainText(what);
    await accessible(page);
    await answer.getByRole('button', { name: 'Confirm and sign' }).click();
    await expect(answer).toContainText('This no longer waits');
    if (refused === undefined) await expect(answer.getByRole('alert')).toHaveCount(0);
    else await expect(answer.getByRole('alert')).toContainText(refused);
  };
  await fr.keyboard.press('n');
  await fr.keyboard.press('x');
  const ours = fr.getByRole('region', { name: 'Reports', exact: true }).first();
  await ours.getByLabel('Title').fill('Drone seen twice');
  await ours.getByRole('button', { name: 'File it' }).click();
  await expect(ours.getByRole('alert').first()).toBeVisible();
  await ours.getByLabel('Marking').selectOption('amber');
  await ours.getByRole('group', { name: 'Releasable to' }).getByRole('checkbox', { name: 'us' }).check();
  await ours.getByLabel('Text').fill('At 1910Z and 1925Z, west of S1.');
  await accessible(fr);
  await ours.getByRole('button', { name: 'File it' }).click();
  // It gives something away: that takes two.
  await expect(fr.getByText('It waits for a second officer.')).toBeVisible();
  await ours.getByRole('tab', { name: /Ours/ }).click();
  await expect(ours).toContainText('This authority has filed no report.');
  await confirmed(second, 'Release a report');
  const row = ours.getByRole('row', { name: /Drone seen twice/ });
  await row.click();
  await expect(ours.getByRole('table', { name: 'Who was given it' })).toContainText('us');

  await us.keyboard.press('g');
  await us.keyboard.press('x');
  const theirs = us.getByRole('region', { name: 'Reports', exact: true }).first();
  await theirs.getByRole('row', { name: /Drone seen twice/ }).click();
  await expect(theirs).toContainText('At 1910Z and 1925Z, west of S1.');
  await expect(theirs).toContainText('let it be passed on to nobody else');
  await accessible(us);

  // To let it go further takes two: nothing has happened before the second has confirmed what both sign.
  await ours.getByRole('button', { name: 'Next version' }).click();
  await ours.getByRole('group', { name: 'May be passed on to' }).getByRole('checkbox', { name: 'ru' }).check();
  await ours.getByRole('button', { name: 'File the next version' }).click();
  await expect(fr.getByText('It waits for a second officer.').last()).toBeVisible();
  await expect(theirs).toContainText('Version 1');
  await confirmed(second, 'Release the next version of a report');
  await theirs.getByRole('row', { name: /Drone seen twice/ }).click();
  await expect(theirs).toContainText('Version 2');
  await theirs.getByRole('button', { name: 'Pass on to ru' }).click();
  await expect(us.getByText('It waits for a second officer.')).toBeVisible();
  await expect(theirs).not.toContainText('Passed on to ru');
  // The originator lets it; the charter does not: us shows ru nothing of its own.
  await confirmed(other, 'Pass on what another shows', 'we show ru nothing in this domain');
  await expect(theirs).not.toContainText('Passed on to ru');

  await row.click();
  await ours.getByRole('button', { name: 'Revoke …' }).click();
  await ours.getByLabel('Why').fill('It was a bird.');
  await ours.getByRole('button', { name: /^Revoke r-/ }).click();
  await expect(row).toContainText('revoked');
  await expect(theirs.getByRole('row', { name: /Drone seen twice/ })).toHaveCount(0);
  await expect(ours.getByRole('table', { name: 'Who was given it' })).toContainText('all have destroyed it');
});

test('a call is put on record, and the other side agrees to exactly that', async ({ consoleOn }) => {
  const us = await consoleOn('us', 'duty');
  const fr = await consoleOn('fr', 'duty', 'fr');
  await us.locator('#talks-tab-fr').click();
  await us.keyboard.press('n');
  await us.keyboard.press('c');
  const compose = us.locator('.compose');
  await compose.getByLabel('From (UTC)').fill('-5m');
  await compose.getByLabel('To (UTC)').fill('now');
  await compose.getByLabel('Who spoke, by function, a line each').fill('Watch officer us\nWatch officer fr');
  await compose.getByLabel('Agreed points, a line each').fill('K1 closed above FL240 from 0600Z.');
  await accessible(us);
  await compose.locator('.foot').getByRole('button', { name: 'Send' }).click();
  const sent = us.locator('li[data-message]', { hasText: 'K1 closed above FL240' }).last();
  await expect(sent).toBeVisible();
  await fr.locator('#talks-tab-us').click();
  const heard = fr.locator('li[data-message]', { hasText: 'K1 closed above FL240' }).last();
  await heard.getByRole('button', { name: 'Accepter …' }).click();
  await heard.getByRole('button', { name: 'Envoyer l’accord à us' }).click();
  await expect(sent).toContainText('agreed');
});
