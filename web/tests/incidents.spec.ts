import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { accessible, expect, test } from './world';
import { WITHOUT_MAP } from './withoutmap';

test.use(WITHOUT_MAP);

const run = promisify(execFile);

test('an incident is opened from an alert, stated by both, and taken out as evidence that an outsider can check', async ({
  world,
  consoleOn,
}) => {
  test.slow();
  const fr = await consoleOn('fr', 'duty');
  const us = await consoleOn('us', 'duty', 'en');
  // Two that fly at each other, far from all others.
  await world.fly('NEAR1', 31.6, 32.2, 90, 150, 250);
  await world.fly('NEAR2', 31.6, 32.6, 270, 150, 250);
  const alerts = fr.getByRole('region', { name: 'Alerts' });
  const alert = alerts.getByRole('list', { name: 'Alerts' }).getByRole('listitem').filter({ hasText: 'NEAR1' }).first();
  await expect(alert).toBeVisible();
  await alert.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await alert.getByRole('button', { name: 'Incident …' }).click();

  const incidents = fr.getByRole('region', { name: 'Incidents', exact: true }).first();
  await expect(incidents.getByLabel('Alert', { exact: true })).not.toHaveValue('');
  await expect(incidents.getByLabel('What happened')).toHaveValue(/^Conflict predicted: NEAR1 – NEAR2/);
  await incidents.getByLabel('What happened').fill('NEAR1 and NEAR2 came close');
  await incidents.getByRole('button', { name: 'Open it' }).click();
  await expect(incidents.getByRole('alert')).toContainText('At least one other party.');
  await incidents.getByRole('checkbox', { name: 'us' }).check();
  await accessible(fr);
  await incidents.getByRole('button', { name: 'Open it' }).click();
  const ours = incidents.getByRole('region', { name: 'fr', exact: true });
  await expect(ours).toContainText('Has said nothing yet.');
  await incidents.getByRole('button', { name: 'Write our statement' }).click();
  await incidents.getByRole('button', { name: 'State it' }).click();
  await expect(incidents.getByRole('alert')).toContainText('A statement needs words.');
  await incidents.getByLabel('What we say').fill('Our radar had it at FL200.');
  await incidents.getByRole('button', { name: 'State it' }).click();
  await expect(ours).toContainText('Our radar had it at FL200.');

  // The other side is asked for its statement, and answers: no side's state follows from another's.
  await us
    .getByRole('button', { name: /INCIDENT/ })
    .first()
    .click();
  await us.getByRole('button', { name: 'Open the incident' }).click();
  const there = us.getByRole('region', { name: 'Incidents', exact: true }).first();
  await expect(there.getByRole('region', { name: 'fr', exact: true })).toContainText('Our radar had it at FL200.');
  await there.getByRole('button', { name: 'Write our statement' }).click();
  await there.getByLabel('What we say').fill('It kept to its plan.');
  await there.getByRole('button', { name: 'State it' }).click();
  await there.getByRole('button', { name: 'Dispute …' }).click();
  await there.getByLabel('Why').fill('The separation was never lost.');
  await there.getByRole('button', { name: 'Our side: disputed' }).click();
  const theirs = incidents.getByRole('region', { name: 'us', exact: true });
  await expect(theirs).toContainText('It kept to its plan.');
  await expect(theirs).toContainText('disputed');
  await expect(theirs).toContainText('The separation was never lost.');
  await expect(theirs).toContainText('statement 1 of fr');
  await expect(ours).toContainText('open');
  await accessible(fr);
  await accessible(us);

  const folder = await mkdtemp(join(tmpdir(), 'tansiq-bundle-'));
  try {
    const evidence = incidents.getByRole('region', { name: 'Evidence for an outsider' });
    const [charter] = await Promise.all([
      fr.waitForEvent('download'),
      evidence.getByRole('button', { name: 'Save the charter' }).click(),
    ]);
    await charter.saveAs(join(folder, 'charter.note'));
    const [bundle] = await Promise.all([
      fr.waitForEvent('download'),
      evidence.getByRole('button', { name: 'Make and save the bundle' }).click(),
    ]);
    expect(bundle.suggestedFilename()).toMatch(/\.bundle$/);
    const file = join(folder, bundle.suggestedFilename());
    await bundle.saveAs(file);
    expect((await stat(file)).size).toBeGreaterThan(0);
    await expect(evidence).toContainText(`tansiq verify ${bundle.suggestedFilename()}`);
    const { stdout } = await run(process.env['TANSIQ_PROGRAM'] ?? 'tansiq', [
      'verify',
      file,
      '--charter',
      join(folder, 'charter.note'),
      '--language',
      'en',
    ]);
    expect(stdout).toContain('Our radar had it at FL200.');
    expect(stdout).toContain('It kept to its plan.');
    expect(stdout).toMatch(/proved/i);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
