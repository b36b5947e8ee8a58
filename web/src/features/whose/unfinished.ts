import { Unfinished } from '../../volumes/unfinished';

export interface AskMemo {
  track: number | undefined;
  /** Undefined: as the track is by then. */
  about: { place: string; time: string; level: string; name: string } | undefined;
  text: string;
  due: string;
  chosen: readonly string[] | undefined;
}
/** By the track that is asked about. */
export const unfinished = new Unfinished<AskMemo>();
export const keyOf = (track: number | undefined): string => String(track ?? '');
