// What went well, said for some seconds in a corner. What failed stands where it was asked, not here.
import type { Params } from '../i18n/i18n.svelte';

export interface Notice {
  id: number;
  key: string;
  params: Params | undefined;
  tone: 'info' | 'warning';
}
const SHOWN_MS = 6_000;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  private last = 0;
  say(key: string, params?: Params, tone: Notice['tone'] = 'info'): void {
    const notice = { id: ++this.last, key, params, tone };
    this.list = [...this.list.slice(-3), notice];
    setTimeout(() => this.dismiss(notice.id), SHOWN_MS);
  }
  dismiss(id: number): void {
    this.list = this.list.filter((n) => n.id !== id);
  }
}
export const notices = new Notices();
