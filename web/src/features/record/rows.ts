// Entries of a log as rows. Pure; an entry that is no JSON is shown as what it is.
export interface EntryRow {
  index: number;
  type: string;
  time_ms: number | undefined;
  by: string;
  about: string;
  text: string;
  /** As they were served. */
  bytes: Uint8Array;
}
/** Members that say what an entry is about, the nearest first. */
const ABOUT = [
  'intent',
  'flight',
  'measure',
  'call_sign',
  'incident',
  'thread',
  'zone',
  'caveat',
  'report',
  'source',
  'peer',
  'origin',
  'name',
];

const object = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

export function rowOf(index: number, bytes: Uint8Array): EntryRow {
  const text = new TextDecoder().decode(bytes);
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    read = undefined;
  }
  const entry = object(read) ?? {};
  const word = (name: string): string => (typeof entry[name] === 'string' ? entry[name] : '');
  return {
    index,
    type: word('type'),
    time_ms: typeof entry['time_ms'] === 'number' ? entry['time_ms'] : undefined,
    by: [word('by'), word('second')].filter((name) => name !== '').join(' + '),
    about: aboutOf(entry),
    text,
    bytes,
  };
}
function aboutOf(entry: Record<string, unknown>): string {
  const places = [entry, object(entry['request']), object(entry['body']), object(entry['plan']), object(entry['act'])];
  const names = ABOUT.flatMap((name) => places.map((place) => place?.[name]));
  return names.find((value): value is string => typeof value === 'string' && value !== '') ?? '';
}
/** All words have to occur, in whatever case. */
export function matches(row: EntryRow, wanted: string): boolean {
  const text = row.text.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
/** The entry with line breaks, in the order in which it was written. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
