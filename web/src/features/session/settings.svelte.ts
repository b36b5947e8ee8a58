class Settings {
  open = $state(false);
  password = $state(false);
}
export const settings = new Settings();
