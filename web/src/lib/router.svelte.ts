import { parsePath } from './links';

/** Where the browser is. Pages are plain links; clicks on them are taken here instead of loading the document again. */
class Router {
  path = $state(location.pathname);
  search = $state(location.search);
  current = $derived(parsePath(this.path));
  params = $derived(new URLSearchParams(this.search));

  constructor() {
    addEventListener('popstate', () => this.read());
    document.addEventListener('click', (event) => this.click(event));
    this.follow();
  }

  go(to: string, replace = false): void {
    if (replace) history.replaceState(null, '', to);
    else history.pushState(null, '', to);
    const before = this.path;
    this.read();
    if (before !== this.path) {
      scrollTo(0, 0);
      // A new page begins at its heading, for the eye and for a screen reader.
      queueMicrotask(() => document.getElementById('main')?.focus({ preventScroll: true }));
    }
  }

  /** Changes the query of this page; empty values leave it. */
  set(values: Record<string, string | null | undefined>, replace = true): void {
    const params = new URLSearchParams(this.search);
    for (const [key, value] of Object.entries(values)) {
      if (value) params.set(key, value);
      else params.delete(key);
    }
    const text = params.toString();
    this.go(text ? `${this.path}?${text}` : this.path, replace);
  }

  private read(): void {
    this.path = location.pathname;
    this.search = location.search;
    this.follow();
  }

  private follow(): void {
    const page = parsePath(this.path);
    if (page.page === 'redirect') {
      history.replaceState(null, '', page.to);
      this.path = page.to;
      this.search = '';
    }
  }

  private click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const anchor = (event.target as Element | null)?.closest?.('a');
    if (!anchor || anchor.target || anchor.hasAttribute('download') || anchor.origin !== location.origin) return;
    if (anchor.pathname.startsWith('/api/')) return;
    event.preventDefault();
    if (anchor.hash && anchor.pathname === location.pathname) {
      document.getElementById(anchor.hash.slice(1))?.focus();
      return;
    }
    this.go(anchor.pathname + anchor.search);
  }
}

export const router = new Router();
