// What the console and its worker say to each other, when a log is checked.
export interface CheckAsked {
  /** Before `/log/`. */
  base: string;
  origin: string;
  /** Verifier keys of the log's author, and of those who cosign. */
  keys: readonly string[];
  cosigners: readonly string[];
  /** The checkpoint that this browser has seen before, as it was signed. */
  before: string | undefined;
  /** Reads every entry; else proves that what is new comes behind what was seen before. */
  whole: boolean;
  /** Also, whether that entry stands in it. */
  index: number | undefined;
  /** The leaf hash of that entry as it was shown: what is proved must be that one. */
  shown: string | undefined;
}
export type Verdict = 'good' | 'bad' | 'unknown';
export interface Finding {
  verdict: Verdict;
  /** Of `record.finding.`. */
  key: FindingKey;
  params: Record<string, string | number>;
  at_ms?: number;
}
export type FindingKey = (typeof FINDING_KEYS)[number];
export const FINDING_KEYS = [
  'notNote',
  'otherOrigin',
  'signed',
  'unsigned',
  'forged',
  'cosigned',
  'cosignedBad',
  'cosignedNone',
  'rootGood',
  'rootBad',
  'tileBad',
  'first',
  'same',
  'grown',
  'rewritten',
  'shrunk',
  'included',
  'notIncluded',
  'unreadable',
] as const;
export type WorkerSays =
  | { say: 'progress'; done: number; of: number }
  | { say: 'finding'; finding: Finding }
  | {
      say: 'done';
      checkpoint: string | undefined;
      size: number;
      root: string;
      proof: string[];
      leaf: string | undefined;
    }
  | { say: 'failed'; status: number; text: string };
