import { accessible, expect, test } from './world';
import { WITHOUT_MAP } from './withoutmap';

test.use(WITHOUT_MAP);

test('the plan of a day is submitted, agreed to, changed, and disputed', async ({ consoleOn }) => {
  test.slow();
  const fr = await consoleOn('fr', 'duty');
  const us = await consoleOn('us', 'duty');
  await fr.keyboard.press('n');
  await fr.keyboard.press('b');
  const plans = fr.getByRole('region', { name: 'Daily plans' }).first();
  await plans.getByLabel('To', { exact: true }).selectOption('us');
  await plans.getByLabel('Call sign').fill('ATL51');
  await plans.getByLabel('Begins').fill('0800');
  await plans.getByLabel('Ends').fill('never');
  await plans.getByRole('button', { name: 'Submit to us' }).click();
  await expect(plans.getByRole('alert').first()).toContainText('No time');
  await plans.getByLabel('Ends').fill('0930');
  await plans.getByRole('button', { name: 'Submit to us' }).click();
  const ours = plans.getByRole('table', { name: 'Daily plans' }).getByRole('row', { name: /We/ }).first();
  await expect(ours).toContainText('1');

  await us.keyboard.press('g');
  await us.keyboard.press('b');
  const theirs = us
    .getByRole('table', { name: 'Daily plans' })
    .getByRole('row', { name: /to answer by/ })
    .first();
  await theirs.click();
  await expect(us.getByRole('table', { name: 'Flights' })).toContainText('ATL51');
  await accessible(us);
  await us.getByRole('button', { name: 'Answer it' }).click();
  const answer = us.getByRole('region', { name: 'Answer', exact: true });
  await expect(answer).toContainText('ATL51');
  await answer.getByRole('button', { name: 'Agree', exact: true }).click();
  await expect(answer).toContainText('This no longer waits');
  await expect(ours).toContainText('agreed');

  // The next version asks anew; what was agreed to was the one before.
  await ours.click();
  await plans.getByRole('button', { name: 'Change, or report a deviation' }).click();
  await plans.getByLabel('Ends').fill('1000');
  await plans.getByLabel('Note').fill('refuels once more');
  await plans.getByRole('button', { name: 'Submit to us' }).click();
  await expect(ours).not.toContainText('agreed');
  await expect(plans.getByRole('table', { name: 'Flights' }).getByRole('row', { name: /ATL51/ })).toContainText(
    'moved',
  );
  await us.getByRole('button', { name: 'Daily plans', exact: true }).click();
  await us
    .getByRole('table', { name: 'Daily plans' })
    .getByRole('row', { name: /to answer by/ })
    .first()
    .click();
  await expect(us.getByRole('table', { name: 'Flights' })).toContainText('moved');
  await us.getByRole('button', { name: 'Answer it' }).click();
  await answer.getByRole('button', { name: 'Dispute', exact: true }).click();
  await expect(answer.getByRole('alert')).toContainText('Write what is to be said.');
  await answer.getByLabel('Answer in words').fill('K1 is closed from 0945.');
  await answer.getByRole('button', { name: 'Dispute', exact: true }).click();
  await expect(ours).toContainText('disputed');
  await expect(plans).toContainText('K1 is closed from 0945.');
  await accessible(fr);
});
