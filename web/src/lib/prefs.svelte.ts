export type Theme = 'system' | 'light' | 'dark';

function stored(key: string): string | null {
  try {
    return localStorage.getItem(`linkerd.${key}`);
  } catch {
    return null;
  }
}

function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`linkerd.${key}`);
    else localStorage.setItem(`linkerd.${key}`, value);
  } catch {
    // Without storage a choice lasts as long as the page.
  }
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const still = matchMedia('(prefers-reduced-motion: reduce)');

/** What this reader chose: kept in the browser, never sent. */
class Preferences {
  theme = $state<Theme>((stored('theme') as Theme | null) ?? 'system');
  systemDark = $state(dark.matches);
  /** No movement that was not asked for. */
  reducedMotion = $state(still.matches);
  // Below 15 s the server has too few samples to answer.
  window = $state(stored('window')?.replace(/^10s$/, '30s') ?? '1m');
  isDark = $derived(this.theme === 'system' ? this.systemDark : this.theme === 'dark');

  constructor() {
    dark.addEventListener('change', () => (this.systemDark = dark.matches));
    still.addEventListener('change', () => (this.reducedMotion = still.matches));
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    keep('theme', theme === 'system' ? null : theme);
  }

  setWindow(window: string): void {
    this.window = window;
    keep('window', window);
  }
}

export const prefs = new Preferences();
export { keep, stored };
