// A letter goes out once, however often it is asked for.
//
//   const letters = new Letters();
//   await letters.send(JSON.stringify(typed), letter);     // after a lost answer: the same again
import { act, Commands, type ActOutcome } from '../api/act';
import { clock } from './clock.svelte';

export class Letters {
  private readonly commands = new Commands();
  private kept: { cmd: string; letter: { due_ms?: number } } | undefined;

  /**
   * `typed` is what somebody has written, without what follows from the clock: the same is the same letter, times and all.
   * A due time that has gone by since is set anew: if the first has come through after all, the node answers with that.
   */
  async send(typed: string, letter: { due_ms?: number }): Promise<ActOutcome> {
    return this.commands.run(typed, (cmd) => {
      if (this.kept?.cmd !== cmd || (this.kept.letter.due_ms ?? Infinity) <= clock.ms()) this.kept = { cmd, letter };
      return act('talk.send', { letter: this.kept.letter }, cmd);
    });
  }
}
