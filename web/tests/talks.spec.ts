import { accessible, expect, test } from './world';
import { WITHOUT_MAP } from './withoutmap';

test.use(WITHOUT_MAP);

test('a phrase is read back in both languages, sent, read by being shown, and agreed to', async ({ consoleOn }) => {
  const fr = await consoleOn('fr', 'duty');
  const us = await consoleOn('us', 'duty', 'fr');
  await fr.locator('#talks-tab-us').click();
  await fr
    .locator('.conversation')
    .getByLabel(/Language of us/)
    .selectOption('fr');
  await fr.keyboard.press('n');
  await fr.keyboard.press('p');
  await fr.getByLabel('Search: words or number').fill('maintain level');
  await fr.locator('.picker li button').first().click();
  await fr.locator('.compose').getByLabel('Flight', { exact: true }).fill('MISTRAL4');
  await fr.locator('.compose').getByLabel('Level', { exact: true }).fill('FL200');
  await fr.locator('.compose').getByLabel('Until', { exact: true }).fill('+30m');
  await fr.locator('.compose').getByLabel('What you wait for').selectOption('answer');
  const preview = fr.getByRole('region', { name: 'Read back before it is sent' });
  await expect(preview).toContainText('Please keep flight');
  await expect(preview).toContainText('MISTRAL4');
  await expect(preview.locator('[lang=fr]').first()).toContainText(/FL\u2068?200/);
  await accessible(fr);
  await fr.locator('.compose .foot').getByRole('button', { name: 'Send' }).click();

  const sent = fr.locator('li[data-message]', { hasText: 'MISTRAL4' }).last();
  await expect(sent).toBeVisible();
  await us.locator('#talks-tab-fr').click();
  const heard = us.locator('li[data-message]', { hasText: 'MISTRAL4' }).last();
  await expect(heard).toContainText('niveau');
  // Shown to an officer for a moment: read, and its author is told so.
  await expect(sent).toContainText('read');
  await heard.getByRole('button', { name: 'Accepter …' }).click();
  await heard.getByRole('button', { name: 'Envoyer l’accord à fr' }).click();
  await expect(heard).toContainText('répondu');
  await expect(sent).toContainText('agreed');
  await accessible(us);
});

test('a STOP asks once more by name, and is said to be taken', async ({ consoleOn }) => {
  const fr = await consoleOn('fr', 'duty');
  const us = await consoleOn('us', 'duty');
  await fr.locator('#talks-tab-us').click();
  await fr.keyboard.press('n');
  await fr.keyboard.press('s');
  await fr.locator('.compose').getByLabel('Flight', { exact: true }).fill('EAGLE30');
  await fr.locator('.compose .foot').getByRole('button', { name: 'Send STOP …' }).click();
  await expect(fr.getByRole('dialog')).toContainText('us');
  await fr.getByRole('dialog').getByRole('button', { name: 'Send STOP' }).click();
  await us.getByRole('dialog', { name: 'STOP received' }).getByRole('button', { name: 'Take it' }).click();
  await expect(fr.locator('li[data-message]', { hasText: 'EAGLE30' }).last()).toContainText('In hand after');
});

test('hostile words are shown as words, and a draft outlives a reload', async ({ consoleOn }) => {
  const fr = await consoleOn('fr', 'duty');
  await fr.locator('#talks-tab-us').click();
  const field = fr.getByRole('textbox', { name: 'Message to us' });
  await field.fill('<img src=x onerror=alert(1)> \u202egnp.exe');
  await fr.reload();
  await fr.locator('#talks-tab-us').click();
  await expect(field).toHaveValue(/onerror/);
  await fr.locator('.quick').getByRole('button', { name: 'Send' }).click();
  const message = fr.locator('li[data-message]').last();
  await expect(message).toContainText('<img src=x onerror=alert(1)> [U+202E]gnp.exe');
  await expect(field).toHaveValue('');
});

test('an incident is opened, stated and closed on one side alone', async ({ consoleOn }) => {
  const fr = await consoleOn('fr', 'duty');
  await fr.keyboard.press('n');
  await fr.keyboard.press('i');
  await fr.getByLabel('What happened').fill('RAFALE2 taken for another');
  await fr.locator('.incidents form').getByLabel('us', { exact: true }).check();
  await fr.getByRole('button', { name: 'Open it' }).click();
  await expect(fr.getByText('Who has said nothing cannot answer, dispute or close.')).toBeVisible();
  await fr.getByRole('button', { name: 'Write our statement' }).click();
  await fr.getByLabel('What we say').fill('At 2133Z it was on its plan.');
  await fr.getByRole('button', { name: 'State it' }).click();
  const ours = fr.getByRole('region', { name: 'fr', exact: true });
  await expect(ours).toContainText('At 2133Z it was on its plan.');
  await fr.getByRole('button', { name: 'Close …' }).click();
  await fr.getByRole('button', { name: 'Our side: closed' }).click();
  await expect(ours).toContainText('closed');
  await expect(fr.getByRole('region', { name: 'us', exact: true })).toContainText('open');
  await accessible(fr);

  const us = await consoleOn('us', 'duty', 'ar');
  await us.keyboard.press('g');
  await us.keyboard.press('i');
  await us.getByRole('row', { name: /RAFALE2/ }).click();
  await expect(us.getByRole('region', { name: 'fr', exact: true })).toContainText('At 2133Z it was on its plan.');
  await accessible(us);
});

test('a plan has versions, and what changed between them', async ({ consoleOn }) => {
  const fr = await consoleOn('fr', 'duty');
  await fr.keyboard.press('n');
  await fr.keyboard.press('b');
  const plans = fr.getByRole('region', { name: 'Daily plans', exact: true });
  await plans.getByLabel('To', { exact: true }).selectOption('us');
  await plans.getByLabel('Call sign').fill('MISTRAL4');
  await plans.getByLabel('Begins').fill('0800');
  await plans.getByLabel('Ends').fill('0930');
  await fr.getByRole('button', { name: 'Submit to us' }).click();
  await fr.getByRole('table', { name: 'Daily plans' }).locator('tbody tr').first().click();
  await fr.getByRole('button', { name: 'Change, or report a deviation' }).click();
  await plans.getByLabel('Ends').fill('1000');
  await fr.getByRole('button', { name: 'Add a flight' }).click();
  await plans.getByLabel('Call sign').nth(1).fill('RAFALE2');
  await plans.getByLabel('Begins').nth(1).fill('2330');
  await plans.getByLabel('Ends').nth(1).fill('0030');
  await fr.getByRole('button', { name: 'Submit to us' }).click();
  const flights = fr.getByRole('table', { name: 'Flights' });
  await expect(flights.getByRole('row', { name: /MISTRAL4/ })).toContainText('moved');
  await expect(flights.getByRole('row', { name: /RAFALE2/ })).toContainText('added');
  await accessible(fr);
});
