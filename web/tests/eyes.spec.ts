import type { Page } from '@playwright/test';
import { messages as eyes } from '../src/features/eyes/messages';
import { messages as strips } from '../src/features/strips/messages';
import { LANGUAGES } from '../src/i18n/messages';
import { accessible, expect, keys, test, type Language } from './world';
import { wordsOf } from './words';

const windowOf = (page: Page, language: Language) =>
  page.getByRole('region', { name: wordsOf(language, eyes)('title'), exact: true });

for (const language of LANGUAGES) {
  test(`with the eyes of a peer one sees what it was told, and comes back; ${language}`, async ({ consoleOn }) => {
    const say = wordsOf(language, eyes);
    const page = await consoleOn('us', 'duty', language);
    const list = page.getByRole('listbox', { name: wordsOf(language, strips)('list') });
    await expect(list).toContainText('EAGLE21');
    await list.focus();
    await keys(page, 'g', 'e');
    const shown = windowOf(page, language);
    await expect(shown.getByRole('heading', { name: say('whose', { peer: 'fr' }) })).toBeVisible();
    await expect(shown.getByText(/\d\d:\d\d:\d\dZ/).first()).toBeVisible();
    // Our own strips and talks are put aside: nobody takes the one for the other.
    await expect(list).toHaveCount(0);
    await expect(shown.getByRole('button').filter({ hasText: 'EAGLE21' })).toBeVisible();
    await expect(shown.getByRole('img')).toHaveAccessibleName(/\d/);
    await accessible(page);

    // With ru there is deconfliction alone: it sees that space is busy, and not who is in it.
    await shown.getByText('ru', { exact: true }).click();
    await expect(shown.getByRole('heading', { name: say('whose', { peer: 'ru' }) })).toBeVisible();
    await expect(shown.getByRole('heading', { name: say('tracks'), exact: true })).toBeVisible();
    await expect(shown.getByText('EAGLE21', { exact: true })).toHaveCount(0);

    await page.keyboard.press('Escape');
    await expect(shown).toHaveCount(0);
    await expect(list).toContainText('EAGLE21');
    await expect(list).toBeFocused();
  });
}

test('the eyes of a peer are a click away from its link, and left by a button', async ({ consoleOn }) => {
  const page = await consoleOn('fr', 'duty');
  await page.getByRole('banner').getByRole('button', { name: /ru/ }).click();
  await page
    .getByRole('dialog', { name: 'ru', exact: true })
    .getByRole('button', { name: 'What do they see?' })
    .click();
  const shown = windowOf(page, 'en');
  await expect(shown.getByRole('heading', { name: 'With the eyes of ru' })).toBeVisible();
  const one = shown.getByRole('button').filter({ hasText: 'RAFALE2' });
  await one.click();
  await expect(one).toHaveAttribute('aria-pressed', 'true');
  await shown.getByRole('button', { name: /Back to our own eyes/ }).click();
  await expect(shown).toHaveCount(0);
  await expect(page.getByRole('option').filter({ hasText: 'RAFALE2' })).toBeVisible();
});
