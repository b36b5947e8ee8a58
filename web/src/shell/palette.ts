/** How well a command fits what was typed: all its words must begin some word of the text; lower is better. */
export function fit(text: string, typed: string): number | undefined {
  const fold = (s: string): string =>
    s
      .toLowerCase()
      .normalize('NFKD')
      .replace(/\p{Mn}/gu, '');
  const words = fold(text).split(/[^\p{L}\p{N}]+/u);
  const wanted = fold(typed)
    .split(/\s+/)
    .filter((w) => w !== '');
  let cost = 0;
  for (const want of wanted) {
    const at = words.findIndex((word) => word.startsWith(want));
    const inside = at < 0 ? words.findIndex((word) => want.length > 1 && word.includes(want)) : at;
    if (inside < 0) return undefined;
    cost += inside + (at < 0 ? 10 : 0);
  }
  return cost;
}
