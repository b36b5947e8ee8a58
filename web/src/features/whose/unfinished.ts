import { Unfinished } from '../../volumes/unfinished';

/** As one comes to the window. */
export interface Asked {
  track?: number;
  ask?: boolean;
}
export interface AskMemo {
  /** What place, time, level and name were filled in for. */
  asked: Asked;
  place: string;
  time: string;
  level: string;
  name: string;
  text: string;
  due: string;
  chosen: readonly string[] | undefined;
}
/** By the track that is asked about. */
export const unfinished = new Unfinished<AskMemo>();
export const keyOf = ({ track }: Asked): string => String(track ?? '');
