// A first watch, step by step: each with the command that does it. Pure.
export interface Step {
  /** Of `help.step.` and `help.step.….text`. */
  id: StepId;
  /** The first of these that is offered to the session. */
  commands: readonly string[];
}
export type StepId = (typeof STEP_IDS)[number];
export const STEP_IDS = [
  'watch',
  'alerts',
  'answers',
  'file',
  'talk',
  'whose',
  'relations',
  'eyes',
  'measure',
  'past',
  'record',
  'handover',
  'keys',
] as const;
export const STEPS: readonly Step[] = [
  { id: 'watch', commands: ['watch.open'] },
  { id: 'alerts', commands: ['show.alerts'] },
  { id: 'answers', commands: ['show.answers'] },
  { id: 'file', commands: ['intents.new'] },
  { id: 'talk', commands: ['show.talks'] },
  { id: 'whose', commands: ['show.whose', 'whose.ask', 'whose.new'] },
  { id: 'relations', commands: ['show.relations'] },
  { id: 'eyes', commands: ['show.eyes'] },
  { id: 'measure', commands: ['measures.new', 'show.measures'] },
  { id: 'past', commands: ['timeline.back'] },
  { id: 'record', commands: ['show.record'] },
  { id: 'handover', commands: ['show.watch.handover'] },
  { id: 'keys', commands: ['shell.help'] },
];
/** What a step does for this session; undefined: its role may not. */
export const commandOf = (step: Step, offered: readonly { id: string }[]): string | undefined =>
  step.commands.find((id) => offered.some((command) => command.id === id));
