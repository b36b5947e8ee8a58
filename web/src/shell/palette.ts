/** How well a command fits what was typed: all its words must begin some word of the text; lower is better. */
export function fit(text: string, typed: string): number | undefined {
  const fold = (s: string): string =>
    s
      .toLowerCase()
      .normalize('NFKD')
      .replace(/\p{Mn}/gu, '');
  // Signs between and behind words are no part of them, in what is typed as little as in what is looked through.
  const wordsOf = (s: string): string[] =>
    fold(s)
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== '');
  const words = wordsOf(text);
  const wanted = wordsOf(typed);
  let cost = 0;
  for (const want of wanted) {
    const at = words.findIndex((word) => word.startsWith(want));
    const inside = at < 0 ? words.findIndex((word) => want.length > 1 && word.includes(want)) : at;
    if (inside < 0) return undefined;
    cost += inside + (at < 0 ? 10 : 0);
  }
  return cost;
}
