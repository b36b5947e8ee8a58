import { accessible, expect, test, type Language } from './world';
import { messages as stop } from '../src/features/stop/messages';
import { wordsOf } from './words';
import { WITHOUT_MAP } from './withoutmap';

test.use(WITHOUT_MAP);

test('a STOP alarms every station, is taken by a hand, and both sides see by then', async ({ consoleOn }) => {
  const fr = await consoleOn('fr', 'duty');
  const first = await consoleOn('us', 'duty');
  const second = await consoleOn('us', 'second', 'ar');
  const watcher = await consoleOn('us', 'watcher', 'fr');
  const arabic = wordsOf('ar', stop);
  const french = wordsOf('fr', stop);

  await fr.locator('#talks-tab-us').click();
  await fr.keyboard.press('n');
  await fr.keyboard.press('s');
  await fr.locator('.compose').getByLabel('Flight', { exact: true }).fill('EAGLE31');
  await fr.locator('.compose .foot').getByRole('button', { name: 'Send STOP …' }).click();
  const sure = fr.getByRole('dialog');
  await expect(sure).toContainText('us');
  await accessible(fr);
  await sure.getByRole('button', { name: 'Send STOP' }).click();
  const sent = fr.locator('li[data-message]', { hasText: 'EAGLE31' }).last();
  await expect(sent).toContainText('STOP');

  // At all who are there, in the language of each; only who may take it can.
  const banner = first.getByRole('dialog', { name: 'STOP received' });
  await expect(banner).toContainText(/Turn flight \u2068?EAGLE31\u2069? away now/);
  await expect(second.getByRole('dialog', { name: arabic('title') })).toContainText('EAGLE31');
  await expect(watcher.getByRole('dialog', { name: french('title') })).toContainText(french('mayNot'));
  await expect(watcher.getByRole('button', { name: french('take') })).toHaveCount(0);
  await accessible(first);
  await accessible(second);

  // It does not go away by itself, nor by Escape: it has the focus, and Enter takes it.
  const take = banner.getByRole('button', { name: 'Take it' });
  await expect(take).toBeFocused();
  await first.keyboard.press('Escape');
  await first.keyboard.press('Escape');
  await expect(banner).toBeVisible();
  await expect(sent).toContainText('In nobody’s hand for');
  await take.press('Enter');
  await expect(banner).toHaveCount(0);
  await expect(second.getByRole('dialog', { name: arabic('title') })).toHaveCount(0);
  await expect(watcher.getByRole('dialog', { name: french('title') })).toHaveCount(0);
  await expect(sent).toContainText('In hand after');
  await expect(sent).toContainText('read');
  await expect(first.locator('li[data-message]', { hasText: 'EAGLE31' }).last()).toContainText('In hand after');
});

test('a STOP that wants an answer stays in hand until it is answered', async ({ consoleOn }) => {
  const ru = await consoleOn('ru', 'duty', 'ru');
  const us = await consoleOn('us', 'duty');
  await ru.locator('#talks-tab-us').click();
  await ru.keyboard.press('n');
  await ru.keyboard.press('s');
  const compose = ru.locator('.compose');
  await compose.getByLabel('Рейс', { exact: true }).or(compose.locator('.sentence input')).first().fill('HAWK31');
  await compose
    .locator('select')
    .filter({ has: ru.locator('option[value=answer]') })
    .first()
    .selectOption('answer');
  await compose.locator('.foot').getByRole('button', { name: 'СТОП' }).click();
  await ru.getByRole('dialog').getByRole('button', { name: 'СТОП' }).click();

  await us.getByRole('dialog', { name: 'STOP received' }).getByRole('button', { name: 'Take it' }).click();
  // What is owed is at hand at once, and stays at the top until it has been given.
  const answer = us.getByRole('region', { name: 'Answer', exact: true });
  await expect(answer).toContainText('HAWK31');
  await expect(us.getByRole('button', { name: 'STOP in hand: answer it' })).toBeVisible();
  await accessible(us);
  await answer.getByLabel('Answer in words').fill('HAWK31 turns away now.');
  await answer.getByRole('button', { name: 'Answer', exact: true }).click();
  await expect(us.getByRole('button', { name: 'STOP in hand: answer it' })).toHaveCount(0);
  await expect(ru.locator('li[data-message]', { hasText: 'HAWK31' }).last()).toContainText('HAWK31 turns away now.');
});

for (const language of ['ar', 'fr', 'ru'] as const satisfies readonly Language[]) {
  test(`the banner reads in ${language} beside the author's language`, async ({ consoleOn }) => {
    const say = wordsOf(language, stop);
    const us = await consoleOn('us', 'duty');
    const fr = await consoleOn('fr', 'duty', language);
    const sign = `NOVA${String(language.length)}${language.toUpperCase()}`;
    await us.locator('#talks-tab-fr').click();
    await us.keyboard.press('n');
    await us.keyboard.press('s');
    await us.locator('.compose').getByLabel('Flight', { exact: true }).fill(sign);
    await us.locator('.compose').getByLabel('Own words').fill('Live firing ahead of it.');
    await us.locator('.compose .foot').getByRole('button', { name: 'Send STOP …' }).click();
    await us.getByRole('dialog').getByRole('button', { name: 'Send STOP' }).click();
    const banner = fr.getByRole('dialog', { name: say('title') });
    await expect(banner).toContainText(sign);
    await expect(banner.locator('[lang=en]')).toContainText(new RegExp(`Turn flight \u2068?${sign}\u2069? away now`));
    await accessible(fr);
    await banner.getByRole('button', { name: say('take') }).click();
    await expect(banner).toHaveCount(0);
  });
}
