// How an officer files a plan by form, in each language: what he reads on the screen, and what he types.
import { type Locator, type Page } from '@playwright/test';
import { expect, keys, type Language } from './world';

export { keys };

interface Words {
  window: string;
  callSign: string;
  shape: string;
  circle: string;
  radius: string;
  width: string;
  centre: string;
  line: string;
  lower: string;
  upper: string;
  from: string;
  to: string;
  free: string;
  fileIntent: string;
  accepted: (name: string) => string;
  stateAccepted: string;
}
export const WORDS: Record<Language, Words> = {
  en: {
    window: 'Plan',
    callSign: 'Call sign',
    shape: 'Shape',
    circle: 'Circle',
    radius: 'Radius',
    width: 'Whole width',
    centre: 'Centre',
    line: 'Centre line, a place on each line',
    lower: 'Lower limit',
    upper: 'Upper limit',
    from: 'From (Z)',
    to: 'To (Z)',
    free: 'Nothing stands in the way.',
    fileIntent: 'File the intent',
    accepted: (name) => `${name} is accepted.`,
    stateAccepted: 'accepted',
  },
  ar: {
    window: 'خطة',
    callSign: 'رمز النداء',
    shape: 'الشكل',
    circle: 'دائرة',
    radius: 'نصف القطر',
    width: 'العرض الكلي',
    centre: 'المركز',
    line: 'خط الوسط، موقع في كل سطر',
    lower: 'الحد الأدنى',
    upper: 'الحد الأعلى',
    from: 'من (زولو)',
    to: 'إلى (زولو)',
    free: 'لا شيء يعترض.',
    fileIntent: 'قدّم النية',
    accepted: (name) => `قُبلت ${name}.`,
    stateAccepted: 'مقبولة',
  },
  fr: {
    window: 'Plan',
    callSign: 'Indicatif',
    shape: 'Forme',
    circle: 'Cercle',
    radius: 'Rayon',
    width: 'Largeur totale',
    centre: 'Centre',
    line: 'Axe, une position par ligne',
    lower: 'Plancher',
    upper: 'Plafond',
    from: 'De (Z)',
    to: 'À (Z)',
    free: 'Rien ne s’y oppose.',
    fileIntent: 'Déposer l’intention',
    accepted: (name) => `${name} est acceptée.`,
    stateAccepted: 'acceptée',
  },
  ru: {
    window: 'План',
    callSign: 'Позывной',
    shape: 'Форма',
    circle: 'Круг',
    radius: 'Радиус',
    width: 'Полная ширина',
    centre: 'Центр',
    line: 'Ось, по точке в строке',
    lower: 'Нижняя граница',
    upper: 'Верхняя граница',
    from: 'С (Z)',
    to: 'До (Z)',
    free: 'Ничто не мешает.',
    fileIntent: 'Подать намерение',
    accepted: (name) => `${name}: принято.`,
    stateAccepted: 'принято',
  },
};

export interface VolumeWords {
  /** One place: a circle; several: a corridor. */
  places: readonly string[];
  /** Radius, or whole width. */
  size: string;
  levels?: readonly [string, string];
  from: string;
  to: string;
}

/** The window beside the map that is called so. */
export const windowOf = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
export const strip = (page: Page, name: string): Locator =>
  page.getByRole('listbox').getByRole('option').filter({ hasText: name });

export async function openPlan(page: Page, language: Language = 'en'): Promise<Locator> {
  await keys(page, 'n', 'f');
  const plan = windowOf(page, WORDS[language].window);
  await expect(plan).toBeVisible();
  return plan;
}
/** Types a volume, field after field. */
export async function typeVolume(
  within: Locator,
  volume: VolumeWords,
  language: Language = 'en',
  n = 0,
): Promise<void> {
  const w = WORDS[language];
  const box = within.locator('fieldset', { has: within.page().getByLabel(w.from) }).nth(n);
  const circle = volume.places.length === 1;
  if (circle) await box.getByLabel(w.shape).selectOption({ label: w.circle });
  await box.getByLabel(circle ? w.radius : w.width).fill(volume.size);
  await box.getByLabel(circle ? w.centre : w.line, { exact: true }).fill(volume.places.join('\n'));
  if (volume.levels !== undefined) {
    await box.getByLabel(w.lower).fill(volume.levels[0]);
    await box.getByLabel(w.upper).fill(volume.levels[1]);
  }
  await box.getByLabel(w.from).fill(volume.from);
  await box.getByLabel(w.to).fill(volume.to);
  await box.getByLabel(w.to).blur();
}
/** What the node says of what is typed. */
export const verdict = (plan: Locator): Locator => plan.locator('.findings');
/** Files an intent in an own zone, and waits for its strip. */
export async function fileIntent(
  page: Page,
  name: string,
  volume: VolumeWords,
  language: Language = 'en',
): Promise<void> {
  const w = WORDS[language];
  const plan = await openPlan(page, language);
  await plan.getByLabel(w.callSign).fill(name);
  await typeVolume(plan, volume, language);
  await expect(verdict(plan)).toContainText(w.free);
  await plan.getByRole('button', { name: w.fileIntent }).click();
  await expect(page.getByRole('status').filter({ hasText: w.accepted(name) })).toBeVisible();
  await expect(strip(page, name)).toContainText(w.stateAccepted);
}

/** By what is typed into `Go to`: a place, or what is called so, which is then selected. */
export async function goTo(page: Page, what: string): Promise<void> {
  await page.getByRole('button', { name: 'Go to', exact: true }).click();
  const goto = page.getByRole('region', { name: 'Go to' });
  await goto.getByLabel('Place, id or call sign').fill(what);
  await expect(goto.getByRole('listitem').first()).toBeVisible();
  await page.keyboard.press('Enter');
  await goto.getByRole('button', { name: 'Close' }).click();
}
/** The map, moved so that the place lies in its middle. */
export async function mapAt(page: Page, place: string, shown: string): Promise<void> {
  await goTo(page, place);
  await expect(page.getByRole('button', { name: /^In the middle/ })).toContainText(shown);
}
/** Where the middle of the map is on the screen, once it has the size that its place allows. */
export async function middleOfMap(page: Page): Promise<{ x: number; y: number }> {
  const map = page.getByRole('application');
  const size = async (of: Locator): Promise<string> => {
    const box = await of.boundingBox();
    return `${String(Math.round(box?.width ?? 0))} ${String(Math.round(box?.height ?? 0))}`;
  };
  await expect(async () => expect(await size(map.locator('canvas').first())).toBe(await size(map))).toPass();
  const box = await map.boundingBox();
  if (box === null) throw new Error('the map is not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
/** Draws: the panel is there, then a click for each place, in pixels from the middle. */
export async function clickPlaces(
  page: Page,
  panel: Locator,
  places: readonly (readonly [number, number])[],
): Promise<void> {
  await expect(panel).toBeVisible();
  const { x, y } = await middleOfMap(page);
  for (const [n, [dx, dy]] of places.entries()) {
    await page.mouse.click(x + dx, y + dy);
    await expect(panel.getByRole('listitem')).toHaveCount(n + 1);
  }
}
