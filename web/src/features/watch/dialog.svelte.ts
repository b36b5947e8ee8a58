class WatchDialogState {
  open = $state(false);
}
export const dialog = new WatchDialogState();
