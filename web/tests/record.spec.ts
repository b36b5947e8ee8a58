import { execFileSync } from 'node:child_process';
import { messages as record } from '../src/features/record/messages';
import { LANGUAGES } from '../src/i18n/messages';
import { accessible, expect, keys, test } from './world';
import { wordsOf } from './words';

for (const language of LANGUAGES) {
  test(`the record is checked on this machine, and an entry proven; ${language}`, async ({ consoleOn }) => {
    test.setTimeout(120_000);
    const say = wordsOf(language, record);
    const page = await consoleOn('fr', 'duty', language);
    await keys(page, 'g', 'l');
    const shown = page.getByRole('region', { name: say('title'), exact: true });
    await shown.getByRole('button', { name: say('checkAll') }).click();
    await expect(shown.getByText(say('verdictGood'))).toBeVisible({ timeout: 60_000 });
    await expect(shown.getByText(say('verdict.bad'), { exact: true })).toHaveCount(0);
    await expect(shown.getByText(say('finding.first'))).toBeVisible();
    await accessible(page);

    await shown.getByLabel(say('find'), { exact: true }).fill('rafale2');
    await shown.getByRole('button', { name: say('look'), exact: true }).click();
    const entries = shown.getByRole('table', { name: say('browse') });
    const entry = entries.getByRole('row').filter({ hasText: 'rafale2' }).first();
    await entry.click();
    await expect(shown.locator('pre')).toContainText('rafale2');
    await shown.getByRole('button', { name: say('prove') }).click();
    const index = Number(await entry.getByRole('cell').first().innerText());
    await expect(shown.locator('summary')).toHaveText(say('proof', { index }), { timeout: 60_000 });
    // Seen before by this browser: it says so.
    await expect(shown.getByText(say('finding.first'))).toHaveCount(0);
    await accessible(page);
  });
}

test('what has come since is new, and the rest the same; what is not there is said not to be', async ({
  world,
  consoleOn,
}) => {
  test.setTimeout(120_000);
  const page = await consoleOn('ru', 'duty');
  await keys(page, 'g', 'l');
  const shown = page.getByRole('region', { name: 'The record', exact: true });
  await shown.getByRole('button', { name: 'Check all of it' }).click();
  await expect(shown.getByText(/^Whole: every entry is covered/)).toBeVisible({ timeout: 60_000 });
  // An entry more: an intent is filed.
  execFileSync(
    process.env['TANSIQ_PROGRAM'] ?? 'tansiq',
    [
      'intent',
      'file',
      '--id',
      'more1',
      '--flight',
      'MORE1',
      '--circle',
      '35.6,35.6',
      '--radius',
      '4nm',
      '--band',
      'FL350-FL360',
      '--window',
      'now+5h/+1h',
    ],
    { env: { ...process.env, TANSIQ_NODE: world.hello.nodes.ru, TANSIQ_TOKEN: world.hello.tokens.ru } },
  );
  await expect(async () => {
    await shown.getByRole('button', { name: 'Only what is new' }).click();
    await expect(shown.getByText(/^It only grew: \d+ entr/)).toBeVisible({ timeout: 10_000 });
  }).toPass({ timeout: 60_000 });
  await shown.getByLabel('Find', { exact: true }).fill('no such word in any entry');
  await shown.getByRole('button', { name: 'Look', exact: true }).click();
  await expect(shown.getByText('No entry fits.')).toBeVisible();
});
