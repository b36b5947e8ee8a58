// Figures, written as `tansiq bench` writes its own: a line of JSON each, or a table.

/** @typedef {{name: string, value: number | null, unit: string, target?: number, wanted?: 'at most' | 'at least',
 *   baseline?: number, skipped?: string}} Figure */

export const plain = (name, value, unit) => ({ name, value, unit });
export const atMost = (name, value, unit, target) => ({ name, value, unit, target, wanted: 'at most' });
export const atLeast = (name, value, unit, target) => ({ name, value, unit, target, wanted: 'at least' });
export const skipped = (name, why) => ({ name, value: null, unit: '', skipped: why });
/** The same work done another way, in the same run. */
export const beside = (figure, baseline) => ({ ...figure, baseline });

export function ok(figure) {
  if (figure.skipped !== undefined || figure.target === undefined) return true;
  return figure.wanted === 'at most' ? figure.value <= figure.target : figure.value >= figure.target;
}
/** How many times better than the baseline. */
const ratio = (figure) =>
  figure.baseline === undefined
    ? null
    : figure.wanted === 'at least'
      ? figure.value / figure.baseline
      : figure.baseline / figure.value;

export function line(figure) {
  const { name, value, unit } = figure;
  if (figure.skipped !== undefined) return JSON.stringify({ name, value: null, unit, skipped: figure.skipped });
  const judged = figure.target !== undefined;
  return JSON.stringify({
    name,
    value,
    unit,
    target: judged ? figure.target : null,
    ...(judged ? { wanted: figure.wanted } : {}),
    ok: judged ? ok(figure) : null,
    baseline: figure.baseline ?? null,
    ratio: ratio(figure),
  });
}

/** Three significant digits are what a measurement knows. */
function number(value) {
  if (value === 0) return '0';
  const digits = Number(value.toPrecision(3));
  return Math.abs(digits) >= 1000 ? digits.toLocaleString('en-US') : String(digits);
}

export function table(figures) {
  const rows = figures.map((figure) => [
    figure.name,
    figure.skipped === undefined ? number(figure.value) : '–',
    figure.skipped ?? figure.unit,
    figure.target === undefined ? '' : `${figure.wanted === 'at most' ? '≤' : '≥'} ${number(figure.target)}`,
    figure.skipped !== undefined ? 'skipped' : figure.target === undefined ? '' : ok(figure) ? 'ok' : 'missed',
    figure.baseline === undefined ? '' : number(figure.baseline),
    figure.baseline === undefined ? '' : `${ratio(figure).toFixed(2)}×`,
  ]);
  const head = ['figure', 'value', 'unit', 'target', '', 'baseline', 'ratio'];
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const right = new Set([1, 3, 5, 6]);
  const lines = all.map((row) =>
    row
      .map((cell, column) => (right.has(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd(),
  );
  const missed = figures.filter((figure) => !ok(figure)).length;
  if (missed > 0) lines.push(`${String(missed)} ${missed === 1 ? 'target' : 'targets'} missed`);
  return lines.join('\n');
}

/** The value below which a share `p` of them lies; of nothing NaN. */
export function quantile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}
export const median = (values) => quantile(values, 0.5);
