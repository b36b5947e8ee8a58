// One thing that a person does and the node answers: busy meanwhile, and what went wrong stands in `problem`.
import { asProblem, type Problem } from '../api/problem';

export class Action {
  busy = $state(false);
  problem = $state.raw<Problem | undefined>(undefined);

  /** What `work` brings; undefined when it failed or one is under way. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    this.problem = undefined;
    try {
      return await work();
    } catch (thrown) {
      this.problem = asProblem(thrown);
      return undefined;
    } finally {
      this.busy = false;
    }
  }
  clear(): void {
    this.problem = undefined;
  }
}
