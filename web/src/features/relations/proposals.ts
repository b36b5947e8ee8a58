// Open proposals of relations, as the node lists them (entries of type relation.propose, with their hash). Pure.
export interface Proposal {
  hash: string;
  ours: boolean;
  bundle: string;
  text: string;
  time_ms: number | undefined;
}
const word = (value: unknown): string => (typeof value === 'string' ? value : '');

export function proposalsWith(list: readonly Record<string, unknown>[], self: string, peer: string): Proposal[] {
  return list.flatMap((of) => {
    const author = word(of['author']);
    const to = word(of['peer']);
    const ours = author === self && to === peer;
    if (!ours && !(author === peer && to === self)) return [];
    const time = of['time_ms'];
    return [
      {
        hash: word(of['hash']),
        ours,
        bundle: word(of['bundle']),
        text: word(of['text']),
        time_ms: typeof time === 'number' ? time : undefined,
      },
    ];
  });
}

/** An entry about the relations of a pair. */
export interface HistoryRow {
  key: string;
  time_ms: number;
  type: string;
  author: string;
  by: string;
  bundle: string;
  text: string;
  edges: number;
}
/** Out of the log of `author`, which is one of the pair; undefined: it is about something else. */
export function historyRow(
  origin: string,
  index: number,
  bytes: Uint8Array,
  author: string,
  other: string,
): HistoryRow | undefined {
  const line = new TextDecoder().decode(bytes);
  if (!line.includes('"relation.')) return undefined;
  const entry = JSON.parse(line) as Record<string, unknown>;
  const type = word(entry['type']);
  const body = (typeof entry['body'] === 'object' && entry['body'] !== null ? entry['body'] : {}) as Record<
    string,
    unknown
  >;
  if (!type.startsWith('relation.') || word(body['peer']) !== other) return undefined;
  const time = entry['time_ms'];
  return {
    key: `${origin}#${String(index)}`,
    time_ms: typeof time === 'number' ? time : 0,
    type,
    author,
    by: [word(entry['by']), word(entry['second'])].filter((name) => name !== '').join(' + '),
    bundle: word(body['bundle']),
    text: word(body['text']),
    edges: Array.isArray(body['edges']) ? body['edges'].length : 0,
  };
}
