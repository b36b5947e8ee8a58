import type { Charter } from '../api/documents';

/** The text of a signed note is canonical JSON; its signatures stand below an empty line. The node has checked them. */
export function readCharter(note: string): Charter {
  const end = note.indexOf('\n\n');
  return JSON.parse(end < 0 ? note : note.slice(0, end)) as Charter;
}
/** How an authority is called in the charter; its id where it has no name. */
export function authorityName(charter: Charter | undefined, id: string): string {
  const name = charter?.authorities.find((a) => a.id === id)?.name;
  return name === undefined || name === '' ? id : name;
}
