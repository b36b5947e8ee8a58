import { fileIntent, keys, openPlan, strip, typeVolume, windowOf, type VolumeWords } from './filing';
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
  await expect(item).toContainText('عرض مقابل', DECIDED);
  await keys(fr, 'Escape', 'q');
  const answer = windowOf(fr, 'الجواب');
  await expect(answer).toContainText('AUSTRAL8');
  await accessible(fr);
  await answer.getByRole('button', { name: 'اقبله' }).focus();
  await fr.keyboard.press('Enter');
  await expect(item).toHaveCount(0, DECIDED);
  await expect(strip(us, 'AUSTRAL8')).toContainText('confirmed', DECIDED);
});
