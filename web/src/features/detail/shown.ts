/** Of `shown` in GET /v1/coordination/disclosure. */
export interface ShownVersion {
  source: string;
  outstanding?: string[];
  destroyed?: string[];
  version: { to: string; level: number; as_of_ms: number; body: string; share: string; current?: boolean };
}
const LEVELS = ['none', 'busy', 'coarse', 'full', 'live'] as const;
/** In entries a number, in bodies a word. */
export const levelWord = (level: number): (typeof LEVELS)[number] => LEVELS[level] ?? 'none';

/** A row of `meetings` in GET /v1/coordination/caveats. */
export interface Meeting {
  met: string;
  text?: string;
  accepted?: unknown[];
  body: {
    caveat: string;
    flight?: string;
    intent?: string;
    meets?: { manager: string; name: string; window: { start_ms: number; end_ms: number }; told_by?: string }[];
  };
}
