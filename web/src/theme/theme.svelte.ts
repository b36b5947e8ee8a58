export const PALETTES = ['night', 'day'] as const;
export type Palette = (typeof PALETTES)[number];
export const DENSITIES = ['compact', 'comfortable'] as const;
export type Density = (typeof DENSITIES)[number];
export const ZOOMS = [0.9, 1, 1.15, 1.3, 1.5] as const;

const STORED = 'tansiq.theme';

export class Theme {
  palette = $state<Palette>('night');
  density = $state<Density>('compact');
  zoom = $state(1);

  start(): void {
    try {
      const stored = JSON.parse(localStorage.getItem(STORED) ?? '{}') as {
        palette?: unknown;
        density?: unknown;
        zoom?: unknown;
      };
      this.palette = PALETTES.find((p) => p === stored.palette) ?? this.palette;
      this.density = DENSITIES.find((d) => d === stored.density) ?? this.density;
      this.zoom = ZOOMS.find((z) => z === stored.zoom) ?? this.zoom;
    } catch {
      // Chosen anew.
    }
    this.show();
  }
  choose(of: Partial<Pick<Theme, 'palette' | 'density' | 'zoom'>>): void {
    Object.assign(this, of);
    this.show();
    try {
      localStorage.setItem(STORED, JSON.stringify({ palette: this.palette, density: this.density, zoom: this.zoom }));
    } catch {
      // Holds until the page is left.
    }
  }
  /** A colour of the palette as the browser has it now: for the map, which draws by itself. Read `palette` to follow. */
  colour(token: string): string {
    void this.palette;
    return getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();
  }
  private show(): void {
    const root = document.documentElement;
    root.dataset['palette'] = this.palette;
    root.dataset['density'] = this.density;
    root.style.setProperty('--zoom', String(this.zoom));
  }
}

export const theme = new Theme();
