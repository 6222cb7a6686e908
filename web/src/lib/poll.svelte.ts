import { ApiError } from './api';

/** Data that is asked for again and again while its component lives, and not while the tab is hidden. */
export class Poll<T> {
  data = $state.raw<T | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** True until the first answer to the present question. */
  loading = $state(true);
  /** When the last good answer came, Unix milliseconds. */
  at = $state(0);
  private wake: () => void = () => {};

  /** Asks at once instead of at the next turn. */
  refresh = (): void => this.wake();

  run(load: (signal: AbortSignal) => Promise<T>, every: number): () => void {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let busy = false;
    const turn = async (): Promise<void> => {
      clearTimeout(timer);
      if (busy || abort.signal.aborted) return;
      busy = true;
      try {
        const data = await load(abort.signal);
        if (abort.signal.aborted) return;
        this.data = data;
        this.error = null;
        this.at = Date.now();
        failures = 0;
      } catch (error) {
        if (abort.signal.aborted) return;
        failures++;
        this.error = error instanceof ApiError ? error : new ApiError(-1, String(error));
      } finally {
        busy = false;
      }
      this.loading = false;
      if (every > 0 && !document.hidden) timer = setTimeout(turn, Math.min(every * 2 ** Math.max(0, failures - 1), 30_000));
    };
    const seen = (): void => {
      if (!document.hidden && every > 0) void turn();
    };
    this.wake = () => void turn();
    document.addEventListener('visibilitychange', seen);
    void turn();
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }
}

/**
 * Starts a poll that belongs to the calling component. `source` is re-run when what it reads changes; old data of another
 * question (`key`) is dropped, so that one workload's figures never stand under another's name.
 */
export function poll<T>(source: () => { key: string; load: (signal: AbortSignal) => Promise<T>; every?: number }): Poll<T> {
  const state = new Poll<T>();
  let last: string | null = null;
  $effect(() => {
    const { key, load, every = 3000 } = source();
    if (last !== key) {
      last = key;
      state.data = null;
      state.error = null;
      state.loading = true;
    }
    return state.run(load, every);
  });
  return state;
}
