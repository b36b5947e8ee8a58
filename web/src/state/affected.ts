// Which parts of the world an entry of the record touches.

export type Part =
  | 'intents'
  | 'measures'
  | 'zones'
  | 'charter'
  | 'control'
  | 'relations'
  | 'peers'
  | 'flights'
  | 'legs'
  | 'caveats'
  | 'disclosure'
  | 'threads'
  | 'overdue'
  | 'lines'
  | 'incidents'
  | 'reports'
  | 'pending'
  | 'watch'
  | 'sources'
  | 'groups'
  | 'clockState';

/** By the first word of an entry's type, the longest first that fits. */
const TOUCHED: readonly (readonly [prefix: string, parts: readonly Part[]])[] = [
  ['intent.', ['intents', 'caveats', 'disclosure']],
  ['f3548.', ['intents']],
  ['measure.', ['measures']],
  ['flight.', ['flights', 'legs', 'disclosure']],
  ['leg.', ['flights', 'legs', 'caveats']],
  ['answer.', ['legs']],
  ['relation.', ['relations', 'disclosure', 'reports', 'legs']],
  ['zone.', ['control', 'zones']],
  ['charter.', ['charter', 'zones', 'control', 'relations', 'peers']],
  ['share.', ['disclosure', 'reports']],
  ['caveat.', ['caveats']],
  ['report.', ['reports']],
  ['talk.', ['threads', 'overdue']],
  ['watch.', ['lines', 'watch']],
  ['line.', ['lines', 'overdue']],
  ['incident.', ['incidents']],
  ['plan.', ['flights', 'legs', 'threads']],
];

export function affected(type: string): readonly Part[] {
  return TOUCHED.find(([prefix]) => type.startsWith(prefix))?.[1] ?? [];
}

/** The native intents that an entry is about; undefined: they cannot be told, so all of them have to be looked at. */
export function intentsOf(entry: unknown): readonly string[] | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const of = entry as { type?: unknown; request?: { intent?: unknown }; expired?: unknown };
  if (typeof of.type !== 'string' || !of.type.startsWith('intent.')) return undefined;
  if (Array.isArray(of.expired)) return of.expired.map((row: unknown) => String((row as unknown[])[0]));
  return typeof of.request?.intent === 'string' ? [of.request.intent] : undefined;
}
