import type { Page } from '@playwright/test';
import { messages as peers } from '../src/features/peers/messages';
import { messages as watch } from '../src/features/watch/messages';
import { uiMessages } from '../src/shell/messages';
import { LANGUAGES } from '../src/i18n/messages';
import { accessible, expect, keys, test } from './world';
import { wordsOf } from './words';

const officerOf = (page: Page, hint: string) => page.getByRole('banner').getByTitle(hint);

for (const language of LANGUAGES) {
  test(`the watch is taken, handed over, and left; others see whether anybody is on it; ${language}`, async ({
    consoleOn,
  }) => {
    test.setTimeout(240_000);
    const say = wordsOf(language, watch);
    const duty = await consoleOn('us', 'duty', language);
    const second = await consoleOn('us', 'second', language);
    const fr = await consoleOn('fr', 'duty', language);
    const there = fr
      .getByRole('banner')
      .getByRole('listitem')
      .filter({ has: fr.getByText('us', { exact: true }) });
    const dialog = duty.getByRole('dialog', { name: say('title') });

    await expect(officerOf(duty, say('officer'))).toContainText(say('unattended'));
    await keys(duty, 'g', 'w');
    await expect(dialog.getByRole('alert')).toHaveText(say('nobody'));
    await dialog.getByRole('button', { name: say('take'), exact: true }).click();
    await expect(officerOf(duty, say('officer'))).toContainText('duty');
    await expect(officerOf(second, say('officer'))).toContainText('duty', { timeout: 30_000 });
    await expect(there).not.toContainText(wordsOf(language, peers)('watch.unattended'), { timeout: 40_000 });
    await accessible(duty);

    await dialog.getByLabel(say('to')).fill('second');
    await dialog.getByRole('button', { name: say('offer') }).click();
    await expect(dialog.getByText(say('waitsFor', { name: 'second' }))).toBeVisible();
    const offered = second.getByRole('banner').getByRole('button', { name: say('offered', { name: 'duty' }) });
    await expect(offered).toBeVisible({ timeout: 30_000 });
    await offered.click();
    await second.getByRole('button', { name: say('takeFrom', { name: 'duty' }) }).click();
    await expect(officerOf(second, say('officer'))).toContainText('second');
    await expect(officerOf(second, say('officer'))).not.toContainText('duty');
    await expect(officerOf(duty, say('officer'))).toContainText('second', { timeout: 30_000 });
    await duty.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);

    // The last one is told what it means to go.
    await second
      .getByRole('dialog', { name: say('title') })
      .getByRole('button', { name: say('leave') })
      .click();
    const sure = second.getByRole('dialog').filter({ hasText: say('leaveLast') });
    await accessible(second);
    await sure.getByRole('button', { name: wordsOf(language, uiMessages)('cancel') }).click();
    await expect(officerOf(second, say('officer'))).toContainText('second');
    await second
      .getByRole('dialog', { name: say('title') })
      .getByRole('button', { name: say('leave') })
      .click();
    await sure.getByRole('button', { name: say('leave') }).click();
    await expect(officerOf(second, say('officer'))).toContainText(say('unattended'));
    await expect(there).toContainText(wordsOf(language, peers)('watch.unattended'), { timeout: 60_000 });
  });
}
