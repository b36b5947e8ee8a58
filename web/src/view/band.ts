import type { Band } from '../api/documents';

/** Where a band has no upper limit, its body ends here. */
export const TOP_M = 20_000;
/** Heights of a body over the map, in metres. References are not turned into one another: the picture is to scale, not to the foot. */
export function bodyOf(band: Band | undefined, domain: 'air' | 'sea'): { base: number; top: number } | undefined {
  if (domain === 'sea') return undefined;
  const base = Math.max(0, (band?.lower_cm ?? 0) / 100);
  const top = Math.min(TOP_M, (band?.upper_cm ?? TOP_M * 100) / 100);
  return top > base ? { base, top } : undefined;
}
