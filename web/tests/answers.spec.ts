import { fileIntent, goTo, keys, openPlan, strip, typeVolume, windowOf, type VolumeWords } from './filing';
import { accessible, expect, test } from './world';

const DECIDED = { timeout: 45_000 };
const K1: VolumeWords = { places: ['34.4 35.3'], size: '5 NM', levels: ['FL190', 'FL210'], from: '+12h', to: '+30m' };

test('an owner steps in: what its node holds for another is refused by an officer, with a reason', async ({
  consoleOn,
}) => {
  test.setTimeout(120_000);
  const us = await consoleOn('us', 'duty');
  const fr = await consoleOn('fr', 'duty');
  await fileIntent(us, 'TEXAN7', K1);
  // The node counters, and holds what it offers until an officer of home has answered.
  const plan = await openPlan(fr);
  await plan.getByLabel('Call sign').fill('AUSTRAL7');
  await typeVolume(plan, K1);
  await plan.getByRole('button', { name: 'File the flight' }).click();
  await expect(strip(fr, 'AUSTRAL7')).toContainText('countered', DECIDED);

  const queue = us.getByRole('region', { name: 'Needs your answer' });
  const item = queue.getByRole('button', { name: /AUSTRAL7/ });
  await expect(item).toContainText('HELD', DECIDED);
  await item.focus();
  await us.keyboard.press('Enter');
  const answer = windowOf(us, 'Answer');
  await expect(answer).toContainText('AUSTRAL7');
  await accessible(us);
  await answer.getByRole('button', { name: 'Refuse' }).click();
  await expect(answer.getByRole('alert')).toContainText('Say why: the other side reads it.');
  await answer.getByLabel('Reason').fill('Tanker on station');
  await answer.getByRole('button', { name: 'Refuse' }).click();
  await us.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click();
  await expect(item).toHaveCount(0, DECIDED);
  await expect(answer).toContainText('This no longer waits');

  await expect(windowOf(fr, 'Flights').getByRole('row').filter({ hasText: 'K1' })).toContainText(
    'The owner withdrew it.',
    DECIDED,
  );
  await expect(
    fr.getByRole('region', { name: 'Needs your answer' }).getByRole('button', { name: /AUSTRAL7/ }),
  ).toHaveCount(0);
});

test('the queue is opened, walked and answered by keyboard', async ({ consoleOn }) => {
  test.setTimeout(120_000);
  const us = await consoleOn('us', 'duty');
  const fr = await consoleOn('fr', 'duty', 'ar');
  await fileIntent(us, 'TEXAN8', { ...K1, from: '+16h' });
  const plan = await openPlan(fr, 'ar');
  await plan.getByLabel('رمز النداء').fill('AUSTRAL8');
  await typeVolume(plan, { ...K1, from: '+16h' }, 'ar');
  await plan.getByRole('button', { name: 'قدّم الرحلة' }).click();
  const queue = fr.getByRole('region', { name: 'ينتظر جوابك' });
  const item = queue.getByRole('button', { name: /AUSTRAL8/ });
  await expect(item).toContainText('عرض مضاد', DECIDED);
  await keys(fr, 'Escape', 'q');
  const answer = windowOf(fr, 'الجواب');
  await expect(answer).toContainText('AUSTRAL8');
  await accessible(fr);
  await answer.getByRole('button', { name: 'اقبله' }).focus();
  await fr.keyboard.press('Enter');
  await expect(item).toHaveCount(0, DECIDED);
  await expect(strip(us, 'AUSTRAL8')).toContainText('confirmed', DECIDED);
});

test('who answers in a zone is set on the screen, and then officers hold, confirm and offer', async ({ consoleOn }) => {
  test.setTimeout(240_000);
  const us = await consoleOn('us', 'duty');
  const fr = await consoleOn('fr', 'duty');
  const setTo = async (who: 'Officers' | 'The node', said: RegExp): Promise<void> => {
    await us.getByRole('button', { name: 'Change …' }).click();
    await us.getByRole('radio', { name: who, exact: true }).check({ force: true });
    await us.getByRole('button', { name: 'Set', exact: true }).click();
    await expect(us.getByRole('status').filter({ hasText: said })).toBeVisible(DECIDED);
  };
  /** Its card. */
  const zone = async (): Promise<void> => {
    await goTo(us, 'K1');
    await keys(us, 'g', 'd');
    await expect(windowOf(us, 'Card').getByRole('heading', { name: /K1/ }).first()).toBeVisible();
  };
  await zone();
  await expect(us.getByRole('status').filter({ hasText: /^The node$/ })).toBeVisible(DECIDED);
  await setTo('Officers', /^Officers, within 5/);
  await accessible(us);

  const search = fr.getByLabel('Search: call sign, zone, authority');
  const file = async (name: string, from: string): Promise<void> => {
    // The list draws what is in sight; these are the last of it.
    await search.fill(name);
    await search.blur();
    const plan = await openPlan(fr);
    await plan.getByLabel('Call sign').fill(name);
    await typeVolume(plan, { ...K1, from });
    await plan.getByRole('button', { name: 'File the flight' }).click();
  };
  const answer = windowOf(us, 'Answer');
  const asked = async (name: string): Promise<void> => {
    const item = us.getByRole('region', { name: 'Needs your answer' }).getByRole('button', { name: new RegExp(name) });
    await expect(item).toContainText('an officer answers', DECIDED);
    await item.click();
    await expect(answer).toContainText(name);
    await expect(answer).toContainText('Answer by');
  };
  // Confirmed at once.
  await file('AUSTRAL1', '+20h');
  await asked('AUSTRAL1');
  await accessible(us);
  await answer.getByRole('button', { name: 'Confirm', exact: true }).click();
  await expect(strip(fr, 'AUSTRAL1')).toContainText('confirmed', DECIDED);

  // Held first, confirmed when its home has taken the hold.
  await file('AUSTRAL2', '+22h');
  await asked('AUSTRAL2');
  await answer.getByRole('button', { name: 'Hold', exact: true }).click();
  await expect(answer.getByRole('button', { name: 'Hold', exact: true })).toHaveCount(0, DECIDED);
  await expect(answer).toContainText('its home has taken it and waits', DECIDED);
  await answer.getByRole('button', { name: 'Confirm', exact: true }).click();
  await expect(strip(fr, 'AUSTRAL2')).toContainText('confirmed', DECIDED);

  // Another window is offered; home takes it, and it is confirmed.
  await file('AUSTRAL3', '+24h');
  await asked('AUSTRAL3');
  await answer.getByText('Offer another window').click();
  await answer.getByLabel('Time, by').fill('+15');
  await answer.getByRole('button', { name: 'Hold it there and offer it' }).click();
  await expect(strip(fr, 'AUSTRAL3')).toContainText('countered', DECIDED);
  const offered = fr.getByRole('region', { name: 'Needs your answer' }).getByRole('button', { name: /AUSTRAL3/ });
  await offered.click();
  await windowOf(fr, 'Answer').getByRole('button', { name: 'Take it' }).click();
  await expect(strip(fr, 'AUSTRAL3')).toContainText('confirmed', DECIDED);

  // Refused, and why is read on the other side.
  await file('AUSTRAL4', '+26h');
  await asked('AUSTRAL4');
  await answer.getByLabel('Reason').fill('Range is hot');
  await answer.getByRole('button', { name: 'Refuse', exact: true }).click();
  await expect(windowOf(fr, 'Flights').getByRole('row').filter({ hasText: 'K1' })).toContainText(
    'Range is hot',
    DECIDED,
  );

  await zone();
  await setTo('The node', /^The node$/);
  await file('AUSTRAL5', '+28h');
  await expect(strip(fr, 'AUSTRAL5')).toContainText('confirmed', DECIDED);
});
