// What an officer writes down for his relief. The node keeps none: they stay with this browser, at this desk.
const KEY = 'tansiq.watch.notes.';

export class WatchNotes {
  text = $state('');
  private key = '';

  open(authority: string, storage: Storage = localStorage): void {
    // At the same desk again, after a new sign-in: what is written there goes on.
    if (this.key === KEY + authority) return;
    this.key = KEY + authority;
    this.text = storage.getItem(this.key) ?? '';
  }
  keep(storage: Storage = localStorage): void {
    if (this.key === '') return;
    if (this.text === '') storage.removeItem(this.key);
    else storage.setItem(this.key, this.text);
  }
}
