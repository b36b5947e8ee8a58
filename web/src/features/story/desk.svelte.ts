// Follows the story while somebody is signed in, where the node is told one.
import { api } from '../../api/client';
import { asProblem, type Problem } from '../../api/problem';
import { windows } from '../../shell/windows.svelte';
import { storyOf, type Story, type StoryLine } from './story';

const EVERY_MS = 1_500;
const PAGE = 500;

export class StoryDesk {
  /** The node is told what goes on. */
  told = $state(false);
  problem = $state.raw<Problem | undefined>(undefined);
  private lines = $state.raw<readonly StoryLine[]>([]);
  readonly story: Story = $derived.by(() => storyOf(this.lines));
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: Pick<typeof api, 'get'> = api) {}

  start(): () => void {
    const turn = ++this.turn;
    void this.begin(turn);
    return () => {
      this.turn += 1;
      clearTimeout(this.timer);
      this.told = false;
      this.lines = [];
      this.problem = undefined;
    };
  }
  private async begin(turn: number): Promise<void> {
    try {
      const { capabilities } = await this.client.get('/v1/self');
      if (turn !== this.turn || !capabilities.story) return;
      this.told = true;
      await this.look(turn);
    } catch {
      // Whatever is wrong with the node, others say it; it is tried again.
      this.later(turn, () => this.begin(turn));
    }
  }
  private async look(turn: number): Promise<void> {
    try {
      let more = true;
      while (more) more = await this.page(turn);
    } catch (thrown) {
      if (turn === this.turn) this.problem = asProblem(thrown);
    }
    this.later(turn, () => this.look(turn));
  }
  /** Takes what is new; true where there is more. */
  private async page(turn: number): Promise<boolean> {
    const known = this.lines.length;
    const page = await this.client.get('/v1/story', { query: { after: known, limit: PAGE } });
    if (turn !== this.turn) return false;
    this.problem = undefined;
    if (page.total < known) {
      // Another story has begun.
      this.lines = [];
      return true;
    }
    if (page.lines.length === 0) return false;
    this.lines = [...this.lines, ...page.lines];
    // Who has come to see it finds it open; who has something open already is not disturbed.
    if (known === 0 && windows.open.length === 0) windows.show('story');
    return page.next !== undefined;
  }
  private later(turn: number, next: () => Promise<void>): void {
    if (turn === this.turn) this.timer = setTimeout(() => void next(), EVERY_MS);
  }
}

export const desk = new StoryDesk();
