// Takes the pictures of docs/pictures anew: three nodes, officers who work at them, and what they see.
//
//   TANSIQ_PROGRAM=…/bin/tansiq npm run pictures               all of them
//   TANSIQ_PROGRAM=…/bin/tansiq npm run pictures -- stop file  these alone (the work before them is done all the same)
//
// TANSIQ_CONSOLE=dev shows the sources as they are instead of the console in the program; PICTURES names another folder.
import { join } from 'node:path';
import { Album, Desk, web, World } from './picture-world.mjs';

const world = await World.start();
const desk = await Desk.open(world);
const album = new Album(process.env['PICTURES'] ?? join(web, '../docs/pictures'), process.argv.slice(2));

const dock = '.dock';
const button = (page, name) => page.getByRole('button', { name, exact: true }).first();
/** A shortcut, with nothing being typed. */
async function press(page, ...keys) {
  await page.locator('#map').focus();
  for (const key of keys) await page.keyboard.press(key);
}
async function closeAll(page) {
  while ((await page.locator('.dock .name').count()) > 0) await page.locator('.dock .name button').nth(1).click();
}
const strip = (page, name) => page.locator('#panel-strips [role=option]', { hasText: name }).first();
/** Nothing on the screen says any more that it is being fetched. */
const settled = (page) => page.getByText('Loading …').first().waitFor({ state: 'hidden', timeout: 30_000 });
/** Something that others have said has come: `show` prints its hash. */
const newest = (officer, from, of = '') =>
  world.soon(async () => {
    const { threads } = JSON.parse(await world.as(officer, 'message', 'list', '--json'));
    for (const { opener, thread } of threads.filter((t) => t.thread.startsWith(of))) {
      const said = JSON.parse(await world.as(officer, 'message', 'show', `${opener}/${thread}`, '--json'));
      const found = said.messages.findLast((message) => message.from === from);
      if (found !== undefined) return found.here.hash;
    }
    throw new Error(`nothing has come from ${from}`);
  });

async function prepare() {
  for (const who of ['fr', 'us', 'ru']) await world.as(`duty@${who}`, 'officer', 'watch', 'take');
  const say = (officer, ...words) => world.as(officer, 'message', 'send', ...words, '--yes');
  await say(
    'duty@ru',
    'fr',
    '--thread',
    'north',
    '--template',
    '303',
    '--set',
    'flight=SOKOL3',
    '--set',
    'zone=F1',
    '--set',
    'delay=8m',
    '--needs',
    'read',
    '--due',
    '20m',
  );
  await say(
    'duty@fr',
    'ru',
    '--thread',
    'north',
    '--template',
    '102',
    '--set',
    'flight=ATL44',
    '--set',
    'zone=K4',
    '--set',
    'time=now+25m',
    '--needs',
    'read',
    '--due',
    '20m',
  );
  await say(
    'duty@ru',
    'fr',
    '--thread',
    'north',
    '--text',
    'Принято. SOKOL3 остаётся на FL260 до границы зоны.',
    '--language',
    'ru',
    '--needs',
    'read',
    '--due',
    '20m',
  );
  await say(
    'duty@us',
    'fr',
    '--thread',
    'corridor',
    '--template',
    '207',
    '--set',
    'corridor=K1',
    '--set',
    'until=now+90m',
    '--needs',
    'answer',
    '--due',
    '20m',
  );
  await world.as('duty@us', 'relation', 'propose', 'fr', '--bundle', 'ally');
  const { acts } = JSON.parse(await world.as('chief@us', 'officer', 'pending', '--json'));
  for (const { id } of acts) await world.as('chief@us', 'officer', 'confirm', id);
  await newest('duty@fr', 'us');
}

async function mainViews() {
  for (const language of ['en', 'ar']) {
    for (const palette of ['night', 'day']) {
      const page = await desk.at('duty@fr', { language, palette });
      await page.locator('[role=tab]', { hasText: 'ru' }).first().click();
      await strip(page, 'RAFALE2').click();
      await page.locator('#panel-talks article, #panel-talks li').first().waitFor();
      await page.locator('#panel-alerts li').first().waitFor({ timeout: 60_000 });
      await album.keep(page, `main-${language}-${palette}`);
      await desk.leave(page);
    }
  }
}

async function signIn() {
  const page = await desk.at('@fr', { palette: 'night', size: { width: 1280, height: 720 } });
  await page.locator('input[autocomplete=username]').fill('duty');
  await page.locator('input[autocomplete=current-password]').fill('not yet the right one');
  await album.keep(page, 'sign-in');
  await desk.leave(page);
}

async function strips(page) {
  await strip(page, 'FREMM1').click();
  await page.keyboard.press('o');
  await page.locator(dock).getByText('History in the record').waitFor();
  await settled(page);
  await album.keep(page, 'strips', ['#panel-strips', dock]);
  await closeAll(page);
}

async function alerts(page) {
  await press(page, 'a', 'n');
  await album.keep(page, 'alerts', ['#panel-alerts', '#panel-answers']);
}

async function file(page) {
  await press(page, 'n', 'f');
  const plan = page.locator(dock);
  await plan.getByLabel('Call sign').first().fill('HERON2');
  await plan.getByLabel('Shape').selectOption('circle');
  await plan.getByLabel('Radius').fill('8 NM');
  await plan.getByRole('textbox', { name: 'Centre' }).fill('33°05′N 034°32′E');
  await plan.getByLabel('Lower limit').fill('FL160');
  await plan.getByLabel('Upper limit').fill('FL180');
  await plan.getByLabel('From (Z)').fill('+5m');
  await plan.getByLabel('To (Z)').fill('+25m');
  await plan.getByText('RAFALE2').first().waitFor();
  await button(page, 'Show on the map').click();
  await settled(page);
  await album.keep(page, 'file');
  await closeAll(page);
}

async function answers(page) {
  await page.locator('#panel-answers li button').first().click();
  await page.locator(dock).waitFor();
  await settled(page);
  await album.keep(page, 'answer', [dock, '#panel-alerts', '#panel-answers']);
  await closeAll(page);
}

async function talks(page) {
  await page.locator('[role=tab]', { hasText: 'ru' }).first().click();
  await album.keep(page, 'talks', ['#panel-talks']);
  await page.locator('#panel-talks').getByRole('button', { name: 'Phrases …' }).click();
  await page.locator(dock).getByLabel('Search: words or number').fill('level');
  await settled(page);
  await album.keep(page, 'phrases', [dock]);
  await closeAll(page);
}

async function stop(page) {
  await world.as(
    'duty@ru',
    'message',
    'send',
    'fr',
    '--yes',
    '--precedence',
    'stop',
    '--template',
    '116',
    '--set',
    'flight=RAFALE2',
    '--needs',
    'answer',
    '--due',
    '5m',
  );
  await button(page, 'Take it').waitFor({ timeout: 60_000 });
  await album.keep(page, 'stop');
  await button(page, 'Take it').click();
  await page.getByText('STOP in hand').first().waitFor();
  await album.keep(page, 'stop-taken', ['header.top', '#panel-talks']);
}

async function whose(page) {
  await press(page, 'm', 'g');
  await page.getByLabel('Place, id or call sign').fill('EIN77K');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await press(page, 'n', 'y');
  const ask = page.locator(dock);
  await ask.getByText('This is what they read:').waitFor();
  await ask.locator('.shown').first().waitFor();
  await album.keep(page, 'whose');
  await ask.getByRole('button', { name: 'Ask', exact: true }).last().click();
  const hash = await newest('duty@ru', 'fr', 'whose');
  await world.as('duty@ru', 'message', 'read', hash.slice(0, 16));
  await world.as('duty@ru', 'message', 'answer', hash.slice(0, 16), '--finding', 'not_mine');
  await ask.getByText('not ours').first().waitFor({ timeout: 60_000 });
  await album.keep(page, 'whose-answered', ['.dock .head', '.dock .window:not([hidden]) li']);
  await closeAll(page);
}

async function relations(page) {
  await press(page, 'g', 'n');
  await page.locator(dock).getByRole('tab', { name: 'ru' }).click();
  await button(page, 'Change').click();
  await page.locator(dock).getByRole('button', { name: 'Choose' }).click();
  await settled(page);
  await page.locator('#relations-outcome').scrollIntoViewIfNeeded();
  await album.keep(page, 'relations', [dock]);
  await closeAll(page);
}

async function eyes(page) {
  await press(page, 'g', 'e');
  await page.getByText('With the eyes of').waitFor();
  await settled(page);
  await album.keep(page, 'eyes');
  await closeAll(page);
}

async function planned(page) {
  await press(page, 'm', 'h');
  await press(page, 't', 'f', 't', 'f', 't', 'f', 't', 'f');
  await page.getByText('PLANNED').waitFor();
  await album.keep(page, 'planned', ['#centre']);
  await press(page, 't', 'n');
}

async function profile(page) {
  await press(page, 'm', 'g');
  await page.getByLabel('Place, id or call sign').fill('K1');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await press(page, 'g', 'v');
  await settled(page);
  await album.keep(page, 'profile');
  await closeAll(page);
}

async function incident(page) {
  await world.as(
    'duty@us',
    'incident',
    'open',
    'fr',
    'ru',
    '--title',
    'A craft that answers no call, west of F1',
    '--window',
    'now-20m/now',
    '--id',
    'west-1',
  );
  const state = (officer, text) =>
    world.soon(() => world.as(officer, 'incident', 'state', 'us/west-1', '--text', text));
  await state('duty@us', 'Our radar had it from 20 NM west of F1. It answered no call.');
  await state('duty@fr', 'Seen by our radar only from the edge of F1. No plan of ours fits.');
  await press(page, 'g', 'i');
  await page.locator(dock).getByText('A craft that answers no call').first().click();
  await page.locator(dock).getByText('No plan of ours fits').waitFor({ timeout: 60_000 });
  await settled(page);
  await album.keep(page, 'incident', [dock]);
  await closeAll(page);
}

async function record(page) {
  await press(page, 'g', 'l');
  await button(page, 'Check all of it').click();
  await page.locator(dock).getByText('Whole:').waitFor({ timeout: 60_000 });
  await album.keep(page, 'record', [dock]);
  await closeAll(page);
}

async function handOver(page) {
  await press(page, 'g', 'h');
  await settled(page);
  await album.keep(page, 'hand-over', [dock]);
  await closeAll(page);
}

async function signs(page) {
  await press(page, 'F1');
  await page.locator(dock).getByRole('tab', { name: 'What the signs mean' }).click();
  await album.keep(page, 'signs', [dock]);
  await closeAll(page);
}

/** A scene that fails does not take the others with it. */
const failed = [];
async function play(scene, page) {
  try {
    await scene(page);
  } catch (error) {
    failed.push(scene.name);
    console.error(`${scene.name}: ${String(error)}`);
    if (page !== undefined) await closeAll(page).catch(() => undefined);
  }
}

try {
  await prepare();
  await play(signIn);
  await play(mainViews);
  const page = await desk.at('duty@fr', { palette: 'day' });
  for (const scene of [
    strips,
    alerts,
    file,
    answers,
    talks,
    relations,
    eyes,
    planned,
    profile,
    whose,
    incident,
    stop,
    record,
    handOver,
    signs,
  ])
    await play(scene, page);
  console.log(`all  ${String(Math.round(album.total / 1024))} KiB`);
} finally {
  await desk.end();
  await world.end();
}
if (failed.length > 0) process.exitCode = 1;
