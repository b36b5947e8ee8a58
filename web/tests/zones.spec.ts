// What arises rarely between authorities: a zone that is asked back, a caveat that is met. How it came about is said on the
// command line; what the officer does about it is done on the screen.
import { fileIntent, goTo, keys, strip, windowOf } from './filing';
import { accessible, expect, test } from './world';

const DECIDED = { timeout: 45_000 };

test('a zone that is asked back is given back, and its owner decides there again', async ({ world, consoleOn }) => {
  test.setTimeout(120_000);
  const fr = await consoleOn('fr', 'duty');
  const queue = fr.getByRole('region', { name: 'Needs your answer' });
  await world.tansiq('us', 'zone lease S2 fr --until now+1h');
  await world.tansiq('us', 'zone recall S2 --text Needed');
  const item = queue.getByRole('button', { name: /RECALL/ });
  await expect(item).toContainText('S2', DECIDED);
  await item.click();
  const answer = windowOf(fr, 'Answer');
  await expect(answer).toContainText('Zone asked back');
  await expect(answer).toContainText('Needed');
  await expect(answer).toContainText('A recall is a request.');
  await accessible(fr);
  await answer.getByRole('button', { name: 'Give it back' }).click();
  await expect(fr.getByRole('dialog')).toContainText('S2 goes back to its owner now.');
  await accessible(fr);
  await fr.getByRole('dialog').getByRole('button', { name: 'Give it back' }).click();
  await expect(item).toHaveCount(0, DECIDED);
  await expect(answer).toContainText('This no longer waits');

  // Both see who decides there now.
  for (const [page, officer] of [
    [fr, 'fr'],
    [await consoleOn('us', 'duty'), 'us'],
  ] as const) {
    await goTo(page, 'S2');
    await keys(page, 'o');
    await expect(windowOf(page, 'Card'), officer).toContainText('Sea box S2');
    await expect(windowOf(page, 'Card').getByText('us', { exact: true }).first(), officer).toBeVisible();
    await expect(windowOf(page, 'Card'), officer).not.toContainText('until');
  }
});

/**
 * Two entries close one epoch only where a node has signed two histories, and a peer's log takes the first alone: what the
 * node tells of its zones is changed on the way to the screen. What the officer says goes to the node, which knows better.
 */
test('of a zone that two entries have halted an officer says which stands', async ({ consoleOn }) => {
  const fr = await consoleOn('fr', 'duty');
  const rival = (entry: string, heir: string): object => ({
    accepted: true,
    author: 'us',
    entry: entry.repeat(64),
    heir,
    kind: 'lease',
    snapshot: [],
  });
  await fr.route('**/v1/coordination/control', async (route) => {
    const answer = await route.fetch();
    const told = (await answer.json()) as { zones: { zone: string }[] };
    const zones = told.zones.map((zone) =>
      zone.zone === 'S2' ? { ...zone, state: 'halted', rivals: [rival('a', 'fr'), rival('b', 'ru')] } : zone,
    );
    await route.fulfill({ response: answer, json: { ...told, zones } });
  });
  await fr.reload();
  await expect(fr.getByRole('region', { name: 'Alerts' })).toContainText('S2', DECIDED);
  const item = fr.getByRole('region', { name: 'Needs your answer' }).getByRole('button', { name: /HALTED/ });
  await expect(item).toContainText('S2');
  await item.click();
  const answer = windowOf(fr, 'Answer');
  await expect(answer).toContainText('Nothing is granted until officers say which stands');
  await expect(answer.getByRole('listitem')).toHaveText([/us lends it to fr/i, /us lends it to ru/i]);
  await accessible(fr);
  await answer.getByRole('listitem').nth(1).getByRole('button', { name: 'This one stands' }).click();
  await expect(fr.getByRole('dialog')).toContainText('Of S2 we say that this stands');
  await accessible(fr);
  await fr.getByRole('dialog').getByRole('button', { name: 'This one stands' }).click();
  await expect(fr.getByText('It waits for a second officer.')).toBeVisible();

  const second = await consoleOn('fr', 'second');
  const asked = second.getByRole('region', { name: 'Needs your answer' }).getByRole('button', { name: /2ND OFFICER/ });
  await expect(asked).toContainText('halted zone', DECIDED);
  await asked.click();
  const signing = windowOf(second, 'Answer');
  await signing.getByRole('button', { name: 'Confirm and sign' }).click();
  await expect(signing.getByRole('alert')).toContainText('S2 is not halted');
});

test('what meets a caveat of ours goes only with the word of an officer, and the reason', async ({
  world,
  consoleOn,
}) => {
  test.setTimeout(120_000);
  const fr = await consoleOn('fr', 'duty');
  await world.tansiq('us', 'flight file --id ally1 --call-sign ALLY1 --leg F1;33.1,34.3;3nm;FL300-FL320;now+14h/+30m');
  await expect(strip(fr, 'ALLY1')).toContainText('confirmed', DECIDED);
  await world.tansiq('fr', 'caveat set red-line us --within 30nm --time 10m');
  await fileIntent(fr, 'NEAR1', {
    places: ['33.1 34.6'],
    size: '3 NM',
    levels: ['FL300', 'FL320'],
    from: '+14h',
    to: '+30m',
  });
  const item = fr
    .getByRole('region', { name: 'Needs your answer' })
    .getByRole('button', { name: /CAVEAT/ })
    .filter({ hasText: /NEAR1/i });
  await expect(item).toBeVisible(DECIDED);

  // It does not go, and says why.
  await keys(fr, 'o');
  const card = windowOf(fr, 'Card');
  await card.getByRole('button', { name: 'Activate' }).click();
  await expect(card.getByRole('alert')).toContainText('red-line');
  await expect(strip(fr, 'NEAR1')).not.toContainText('activated');
  await accessible(fr);

  await item.click();
  const answer = windowOf(fr, 'Answer');
  await expect(answer).toContainText('red-line');
  await accessible(fr);
  await answer.getByRole('button', { name: 'Let it proceed all the same' }).click();
  await expect(answer).toContainText('Say why: it stands in our record.');
  await answer.getByLabel('Reason').fill('Seen by radar, and told.');
  await answer.getByRole('button', { name: 'Let it proceed all the same' }).click();
  await expect(item).toHaveCount(0, DECIDED);
  await strip(fr, 'NEAR1').click();
  await keys(fr, 'o');
  await card.getByRole('button', { name: 'Activate' }).click();
  await expect(strip(fr, 'NEAR1')).toContainText('activated');
});
