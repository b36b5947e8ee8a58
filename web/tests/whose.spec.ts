import { accessible, expect, test } from './world';

test('whose is it? asked of a track, answered by who it is of', async ({ consoleOn }) => {
  const fr = await consoleOn('fr', 'duty');
  const us = await consoleOn('us', 'duty', 'en');
  // The track is found by its call sign, and asked about as it is seen.
  await fr.keyboard.press('m');
  await fr.keyboard.press('g');
  await fr.getByLabel('Place, id or call sign').fill('RJA421');
  await fr.getByRole('button', { name: /track RJA421/ }).click();
  await fr.keyboard.press('Escape');
  await fr.keyboard.press('n');
  await fr.keyboard.press('y');
  const ask = fr.getByRole('region', { name: 'Whose is it?' });
  await expect(ask.getByLabel('Track, as our picture names it')).toHaveValue('RJA421');
  await expect(ask.getByLabel('Place', { exact: true })).not.toHaveValue('');
  await expect(ask.getByLabel('Level (need not be)')).toHaveValue(/^FL3/);
  await ask.getByRole('checkbox', { name: 'ru' }).uncheck();
  await ask.getByLabel('What was seen (need not be)').fill('no plan of it here');
  await expect(ask.getByRole('status')).toContainText('RJA421');
  await accessible(fr);
  await ask.getByRole('button', { name: 'Ask', exact: true }).click();
  const query = ask.getByRole('list', { name: 'Queries' }).locator(':scope > li', { hasText: 'RJA421' }).first();
  await expect(query).toContainText('OPEN');

  // There it waits in the queue, with what their own picture has near it.
  await us.getByRole('button', { name: /WHOSE/ }).first().click();
  const answer = us.getByRole('region', { name: 'Answer', exact: true });
  await expect(answer).toContainText('RJA421');
  await expect(answer).toContainText('In our own picture');
  await accessible(us);
  await answer.getByLabel('Words beside it (need not be)').fill('Scheduled flight out of Amman.');
  await answer.getByRole('button', { name: 'Ours', exact: true }).click();

  await expect(query).toContainText('CLAIMED');
  await expect(query).toContainText('ours');
  await expect(query).toContainText('Scheduled flight out of Amman.');
  await expect(query).not.toContainText('OPEN');
});

test('two who both say that it is theirs are shown as that, and settled by nobody', async ({ consoleOn }) => {
  const ru = await consoleOn('ru', 'duty');
  const us = await consoleOn('us', 'duty');
  const fr = await consoleOn('fr', 'duty');
  await ru.keyboard.press('n');
  await ru.keyboard.press('y');
  const ask = ru.getByRole('region', { name: 'Whose is it?' });
  await ask.getByLabel('Place', { exact: true }).fill('nowhere');
  await ask.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(ask.getByRole('alert')).toContainText('no place');
  await ask.getByLabel('Place', { exact: true }).fill('35°00′N 033°40′E');
  await ask.getByLabel('Track, as our picture names it').fill('B204');
  await ask.getByRole('button', { name: 'Ask', exact: true }).click();
  for (const page of [us, fr]) {
    await page.getByRole('button', { name: /WHOSE/ }).first().click();
    const answer = page.getByRole('region', { name: 'Answer', exact: true });
    await expect(answer).toContainText('B204');
    await answer.getByRole('button', { name: 'Ours', exact: true }).click();
  }
  const query = ask.getByRole('list', { name: 'Queries' }).locator(':scope > li', { hasText: 'B204' }).first();
  await expect(query).toContainText('CLAIMED TWICE');
  await accessible(ru);
});
