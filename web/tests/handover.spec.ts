import { accessible, expect, test } from './world';
import { WITHOUT_MAP } from './withoutmap';

test.use(WITHOUT_MAP);

test('the watch is handed over point by point, with what is owed and what was written down', async ({ consoleOn }) => {
  const ru = await consoleOn('ru', 'duty');
  const us = await consoleOn('us', 'duty');
  // Something is owed: the relief has to know of it.
  await us.locator('#talks-tab-ru').click();
  const field = us.getByRole('textbox', { name: /Message to ru/ });
  await field.fill('Confirm SOKOL3 stays north of K4.');
  await us.locator('.quick').getByLabel('What you wait for').selectOption('answer');
  await us.locator('.quick').getByRole('button', { name: 'Send' }).click();

  await ru.getByRole('button', { name: 'NOBODY ON WATCH', exact: true }).click();
  await ru.getByRole('button', { name: 'Take the watch' }).click();
  await ru.getByRole('button', { name: 'Go through it point by point' }).click();
  const handover = ru.getByRole('region', { name: 'Hand-over of the watch' });
  const owed = handover.getByRole('checkbox', { name: /message waits for our answer/ });
  await expect(owed).not.toBeChecked();
  await expect(handover.getByRole('checkbox', { name: 'No STOP open' })).toBeDisabled();
  await handover
    .getByRole('listitem')
    .filter({ hasText: 'message waits for our answer' })
    .getByRole('button', { name: /Show/ })
    .click();
  await expect(ru.getByRole('button', { name: /MESSAGE/ }).first()).toBeFocused();
  await owed.check();
  await handover
    .getByRole('textbox', { name: 'Written down for the relief' })
    .fill('us rings back at 0400Z about SOKOL3.');
  await accessible(ru);
  await handover.getByLabel('Hand over to').fill('second');
  await handover.getByRole('button', { name: 'Offer the watch' }).click();
  // Whatever was not ticked is said once more; nobody is kept from it.
  const sure = ru.getByRole('dialog', { name: 'Not all gone through' });
  await expect(sure).not.toContainText('message waits for our answer');
  await sure.getByRole('button', { name: 'Go on all the same' }).click();
  await expect(handover).toContainText('Waits until second has taken it.');

  const second = await consoleOn('ru', 'second');
  await second.getByRole('button', { name: /WATCH/ }).first().click();
  await expect(second.getByRole('region', { name: 'Answer', exact: true })).toContainText('offers you the watch');
  await second.getByRole('button', { name: 'To the watch' }).click();
  await second.getByRole('button', { name: 'Take the watch from duty' }).click();
  await expect(second.getByText('You are on watch.')).toBeVisible();
  await expect(handover).not.toContainText('hands over to second');
  await expect(handover).toContainText('second');
  await expect(us.locator('#talks-tab-ru')).toContainText('Officer on watch');
});
