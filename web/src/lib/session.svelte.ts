import { api, ApiError, onSessionLost, useCsrf } from './api';
import type { Session } from './types';

/** Who is looking. `state` decides what the application shows: its pages, the login page, or that the server is away. */
class SessionState {
  state = $state<'asking' | 'in' | 'out' | 'away'>('asking');
  /** The session ended while pages were open, as against a first visit. */
  expired = $state(false);
  info = $state.raw<Session | null>(null);
  error = $state.raw<ApiError | null>(null);
  mayTap = $derived(!this.info || this.info.login === 'none' || this.info.roles.includes('tap'));

  constructor() {
    onSessionLost(() => {
      if (this.state === 'in') this.expired = true;
      this.state = 'out';
    });
  }

  async start(): Promise<void> {
    try {
      this.accept(await api.session());
    } catch (error) {
      this.error = error instanceof ApiError ? error : new ApiError(-1, String(error));
      if (this.error.status === 401) this.state = 'out';
      else this.state = 'away';
    }
  }

  /** Asks whether the session is still there; for failures that do not say why, such as a refused WebSocket. */
  async check(): Promise<void> {
    if (!this.info || this.info.login === 'none') return;
    const now = await api.session().catch(() => null);
    if (now && !now.user && this.state === 'in') {
      this.expired = true;
      this.state = 'out';
    }
  }

  async login(user: string, password: string): Promise<void> {
    await api.login(user, password);
    this.accept(await api.session());
  }

  async logout(): Promise<void> {
    try {
      await api.logout();
    } finally {
      this.expired = false;
      this.info = null;
      this.state = 'out';
    }
  }

  private accept(session: Session): void {
    useCsrf(session.csrf);
    this.info = session;
    // A server that asks for a login answers whoever has none with its kind of login and no user.
    this.state = session.login !== 'none' && !session.user ? 'out' : 'in';
    if (this.state === 'in') this.expired = false;
    this.error = null;
  }
}

export const session = new SessionState();
