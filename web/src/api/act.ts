// An officer's act (POST /v1/coordination/acts). Acts that take two officers wait for the second: nothing has happened yet.
import { api, newCommand, type Client } from './client';
import type { PendingAct } from './documents';
import { asProblem } from './problem';

export interface ActDone {
  state: 'done';
  /** Of the entry, as others quote it; absent when the act was repeated. */
  hash?: string;
  repeated: boolean;
  seq: number;
}
export interface ActWaits {
  state: 'waits';
  pending: PendingAct;
}
export type ActOutcome = ActDone | ActWaits;

/** Without lists that are empty: a record leaves them out, and the node takes no act that has one. */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      Array.isArray(member) && member.length === 0 ? [] : [[name, withoutEmpty(member)]],
    ),
  );
}

/**
 * Does it, or asks for it where it takes two. `cmd` is kept by the caller over retries.
 * Kinds and their members: src/coordination/act.h.
 */
export async function act(
  kind: string,
  members: object,
  cmd = newCommand(),
  client: Client = api,
): Promise<ActOutcome> {
  const answer = await client.raw('post', '/v1/coordination/acts', { body: { act: withoutEmpty(members), cmd, kind } });
  if (answer.status === 202) return { state: 'waits', pending: answer.body as PendingAct };
  return { state: 'done', ...(answer.body as Omit<ActDone, 'state'>) };
}

/**
 * A command for each thing that was meant: asked again after a lost answer it is the same, with other contents it is
 * another. The node answers a command that it knows with the first outcome, and compares nothing.
 */
export class Commands {
  private readonly kept = new Map<string, string>();

  async run<T>(meant: unknown, ask: (command: string) => Promise<T>): Promise<T> {
    const key = JSON.stringify(meant);
    const command = this.kept.get(key) ?? newCommand();
    this.kept.set(key, command);
    try {
      const answer = await ask(command);
      // What was lost before it is another wish from now on: said again, it is to be done again.
      this.kept.clear();
      return answer;
    } catch (thrown) {
      // A refusal is an outcome: what is asked next is another wish.
      if ([409, 421].includes(asProblem(thrown).status)) this.kept.delete(key);
      throw thrown;
    }
  }
  act(kind: string, members: object, client: Client = api): Promise<ActOutcome> {
    return this.run([kind, members], (command) => act(kind, members, command, client));
  }
}
