// Moments of a start, noted where the browser keeps such things: `./dev bench console` reads them, nobody else does.

/** Behind it nothing is a start any more, and nothing is noted. */
const START_MS = 120_000;

export type Milestone = 'world' | 'live' | 'tracks';

/** `detail`: how many. */
export function milestone(name: Milestone, detail?: number): void {
  if (performance.now() < START_MS) performance.mark(`tansiq.${name}`, { detail });
}
