import { messages as talks } from '../src/features/talks/messages';
import { composeMessages } from '../src/features/talks/messages-compose';
import { accessible, expect, test, type Language } from './world';
import { phrasePieces, wordsOf } from './words';
import { WITHOUT_MAP } from './withoutmap';

test.use(WITHOUT_MAP);

const LANGUAGES: readonly Language[] = ['ar', 'en', 'fr', 'ru'];
/** Please keep flight … at level … until …: every blank has a type of its own. */
const PHRASE = '106.1';

LANGUAGES.forEach((ours, i) => {
  const theirs = LANGUAGES[(i + 1) % LANGUAGES.length] ?? 'en';
  test(`a phrase written in ${ours} is read in ${theirs}, and answered`, async ({ consoleOn }) => {
    const say = wordsOf(ours, talks, composeMessages);
    const reply = wordsOf(theirs, talks);
    const sign = `MISTRAL${String(10 + i)}`;
    const fr = await consoleOn('fr', 'duty', ours);
    const us = await consoleOn('us', 'duty', theirs);

    await fr.locator('#talks-tab-us').click();
    await fr.locator('.conversation').getByRole('combobox').first().selectOption(theirs);
    await fr.keyboard.press('n');
    await fr.keyboard.press('p');
    const search = fr.getByLabel(say('searchPhrase'));
    await expect(search).toBeFocused();
    await search.fill('106');
    await search.press('ArrowDown');
    await fr.keyboard.press('Enter');

    // A blank that cannot be read is named, and what was typed stays.
    const compose = fr.locator('.compose');
    const blank = (name: string) => compose.getByLabel(say(`blank.${name}`), { exact: true });
    await blank('flight').fill(sign);
    await blank('level').fill('very high');
    await blank('until').fill('+30m');
    await compose.getByLabel(say('needsLabel')).selectOption('answer');
    await compose.getByRole('button', { name: say('sendIt') }).click();
    await expect(compose.getByRole('alert').filter({ hasText: say('wrong.level') })).toBeVisible();
    await expect(blank('level')).toHaveValue('very high');
    await blank('level').fill('FL200');

    const preview = compose.getByRole('region', { name: say('preview') });
    for (const words of phrasePieces(ours, PHRASE)) await expect(preview).toContainText(words);
    for (const words of phrasePieces(theirs, PHRASE))
      await expect(preview.locator(`[lang=${theirs}]`).first()).toContainText(words);
    await accessible(fr);
    await compose.getByRole('button', { name: say('sendIt') }).click();

    // Beside each other: ours and theirs, on both sides.
    const sent = fr.locator('li[data-message]', { hasText: sign }).last();
    for (const words of phrasePieces(ours, PHRASE)) await expect(sent).toContainText(words);
    await expect(sent.locator(`[lang=${theirs}]`).first()).toContainText(phrasePieces(theirs, PHRASE)[0] ?? '');
    await us.locator('#talks-tab-fr').click();
    const heard = us.locator('li[data-message]', { hasText: sign }).last();
    for (const words of phrasePieces(theirs, PHRASE)) await expect(heard).toContainText(words);
    await expect(heard).toContainText(/FL\u2068?200/);
    await us.locator('.conversation').getByRole('combobox').first().selectOption(ours);
    await expect(heard.locator(`[lang=${ours}]`).first()).toContainText(phrasePieces(ours, PHRASE)[0] ?? '');

    // Shown to an officer: read. Answered in words: those stand at the sender, as they were written.
    await expect(sent).toContainText(say('mark.read'));
    await heard.getByRole('button', { name: reply('do.answer') }).click();
    await heard.getByLabel(reply('words.answer')).fill(`copied ${sign}`);
    await heard.getByRole('button', { name: reply('send.answer', { who: 'fr' }) }).click();
    await expect(heard).toContainText(reply('here.answered'));
    await expect(sent).toContainText(say('mark.answered'));
    await expect(sent).toContainText(`copied ${sign}`);
  });
});

test('a message that nobody takes in time says so, and is acknowledged', async ({ world, consoleOn }) => {
  test.slow();
  const us = await consoleOn('us', 'duty');
  await us.locator('#talks-tab-ru').click();
  const link = us
    .getByRole('list', { name: 'Other authorities' })
    .getByRole('listitem')
    .filter({ has: us.getByText('ru', { exact: true }) });
  await expect(link).toContainText('answers');
  await world.cut('us', 'ru');
  try {
    // What was on its way when the line broke may still have got through.
    await expect(link).toContainText(/trouble|silent/, { timeout: 90_000 });
    const field = us.getByRole('textbox', { name: /Message to/ });
    await field.fill('Radio check on the coordination line.');
    await us.locator('.quick').getByRole('button', { name: 'Send' }).click();
    const sent = us.locator('li[data-message]', { hasText: 'Radio check' }).last();
    await expect(sent).toContainText('not received yet');
    await world.heal('us', 'ru');
    await expect(sent).toContainText(/received(?! yet)/, { timeout: 60_000 });
  } finally {
    await world.heal('us', 'ru');
  }
});
