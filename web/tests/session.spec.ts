import { accessible, expect, signIn, test } from './world';

test('an officer signs in, takes the watch, hands it over, and signs out', async ({ world, consoleOn }) => {
  const duty = await consoleOn('fr', undefined);
  await accessible(duty);
  await duty.getByLabel('Name').fill('duty');
  await duty.getByLabel('Password').fill('not the password');
  await duty.getByRole('button', { name: 'Sign in' }).click();
  await expect(duty.getByRole('alert')).toContainText('wrong');
  await expect(duty.getByLabel('Name')).toHaveValue('duty');
  await signIn(duty, 'duty', world.hello.password);
  await expect(duty.getByText('TEST', { exact: true })).toBeVisible();
  await accessible(duty);

  await duty.getByRole('banner').getByRole('button', { name: 'NOBODY ON WATCH' }).click();
  await duty.getByRole('button', { name: 'Take the watch' }).click();
  await expect(duty.getByText('You are on watch.')).toBeVisible();
  await accessible(duty);
  await duty.getByLabel('Hand over to').fill('nobody');
  await duty.getByRole('button', { name: 'Offer the watch' }).click();
  await expect(duty.getByRole('dialog').getByRole('alert')).toBeVisible();
  await expect(duty.getByLabel('Hand over to')).toHaveValue('nobody');
  await duty.getByLabel('Hand over to').fill('second');
  await duty.getByRole('button', { name: 'Offer the watch' }).click();
  await expect(duty.getByText('Waits until second has taken it.')).toBeVisible();

  const second = await consoleOn('fr', 'second', 'ru');
  await second.getByRole('banner').getByRole('button', { name: 'duty сдаёт вам вахту' }).click();
  await second.getByRole('button', { name: 'Принять вахту у duty' }).click();
  await expect(second.getByText('Вы на вахте.')).toBeVisible();
  await duty.keyboard.press('Escape');
  // Gone, and not only closed: until then keys belong to it.
  await expect(duty.locator('dialog')).toHaveCount(0);

  await duty.keyboard.press('Control+,');
  await duty.getByRole('button', { name: 'Sign out' }).click();
  await expect(duty.getByLabel('Password')).toBeVisible();
});

test('the language is another at once, and the page is mirrored', async ({ consoleOn }) => {
  const page = await consoleOn('us', undefined);
  for (const [language, words, dir] of [
    ['العربية', 'تسجيل الدخول', 'rtl'],
    ['Русский', 'Войти', 'ltr'],
    ['Français', 'Se connecter', 'ltr'],
  ] as const) {
    await page.getByText(language, { exact: true }).click();
    await expect(page.getByRole('button', { name: words })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('dir', dir);
    await accessible(page);
  }
});

test('whoever observes sees the watch, and does not keep it', async ({ consoleOn }) => {
  const page = await consoleOn('ru', 'watcher');
  await page.getByRole('banner').getByRole('button', { name: 'NOBODY ON WATCH' }).click();
  await expect(page.getByText('does not keep it')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Take the watch' })).toHaveCount(0);
});

test('a node that stops is said to have stopped, and comes back by itself', async ({ world, consoleOn }) => {
  test.setTimeout(120_000);
  const page = await consoleOn('us', 'duty');
  await expect(page.getByText('The live stream is down')).toHaveCount(0);
  await world.stop('us');
  await expect(page.getByText('The live stream is down')).toBeVisible({ timeout: 30_000 });
  await world.start('us');
  // Sessions end with the node: the screen waits below.
  await expect(page.getByText('The session of duty has ended.')).toBeVisible({ timeout: 40_000 });
  await signIn(page, 'duty', world.hello.password);
  await expect(page.getByText('The live stream is down')).toHaveCount(0, { timeout: 40_000 });
});
