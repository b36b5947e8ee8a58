// Fetches, page after page, what a peer may see; and again while somebody looks.
import { api } from '../../api/client';
import { asProblem, type Problem } from '../../api/problem';
import { legOf, seenOf, type EyesPage, type Seen, type SeenLeg } from './eyes';

const EVERY_MS = 15_000;
const PAGES_MAX = 200;

export class Eyes {
  peer = $state('');
  at_ms = $state(0);
  member = $state(true);
  seen = $state.raw<readonly Seen[]>([]);
  legs = $state.raw<readonly SeenLeg[]>([]);
  tracks = $state.raw<EyesPage['tracks']>(undefined);
  busy = $state(false);
  problem = $state.raw<Problem | undefined>(undefined);
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  look(peer: string): void {
    this.stop();
    if (peer !== this.peer) {
      this.at_ms = 0;
      this.seen = [];
      this.legs = [];
      this.tracks = undefined;
    }
    this.peer = peer;
    if (peer !== '') void this.load(++this.turn);
  }
  stop(): void {
    this.turn += 1;
    clearTimeout(this.timer);
    this.busy = false;
  }
  private async load(turn: number): Promise<void> {
    this.busy = true;
    try {
      const pages: EyesPage[] = [];
      let cursor: string | undefined;
      do {
        const page: EyesPage = await api.get('/v1/eyes/{peer}', {
          path: { peer: this.peer },
          query: cursor === undefined ? {} : { cursor },
        });
        if (turn !== this.turn) return;
        pages.push(page);
        cursor = page.next;
      } while (cursor !== undefined && pages.length < PAGES_MAX);
      const [first] = pages;
      this.seen = pages.flatMap((page) => page.shares.map(seenOf));
      this.legs = pages.flatMap((page) => page.legs.map(legOf));
      this.tracks = first?.tracks;
      this.member = first?.member ?? false;
      this.at_ms = first?.at_ms ?? 0;
      this.problem = undefined;
    } catch (thrown) {
      if (turn === this.turn) this.problem = asProblem(thrown);
    } finally {
      if (turn === this.turn) {
        this.busy = false;
        this.timer = setTimeout(() => void this.load(turn), EVERY_MS);
      }
    }
  }
}
