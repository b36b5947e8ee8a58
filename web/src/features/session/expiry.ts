/** How pressing the end of a session is: nobody should lose it in the middle of a message. Undefined: not yet. */
export function endsSoon(remainingMs: number): 'caution' | 'warning' | undefined {
  if (remainingMs <= 0) return undefined;
  if (remainingMs <= 5 * 60_000) return 'warning';
  return remainingMs <= 30 * 60_000 ? 'caution' : undefined;
}
