import { session } from '../session.svelte';
import { CallLog, parseTapEvent, type Call } from './event';
import { request, type TapQuery } from './query';

/**
 * A tap over a WebSocket. Events are joined at once; what the page shows is brought up to date at most four times a second, however many
 * arrive. While paused, what is shown stands still and the stream goes on.
 */
export class TapStream {
  state = $state<'idle' | 'connecting' | 'open' | 'closed' | 'failed'>('idle');
  message = $state('');
  paused = $state(false);
  /** What is shown, newest first. */
  calls = $state.raw<Call[]>([]);
  /** Events since the start. */
  received = $state(0);
  private socket: WebSocket | null = null;
  private count = 0;
  private changed = false;
  private timer: ReturnType<typeof setInterval> | undefined;
  readonly log: CallLog;

  /** `ended` is called with every call that has just ended. */
  constructor(private readonly ended: (call: Call) => void = () => {}, limit = 1000) {
    this.log = new CallLog(limit);
  }

  start(query: TapQuery, path: 'tap' | 'top' = 'tap'): void {
    this.stop();
    this.clear();
    this.message = '';
    this.paused = false;
    this.state = 'connecting';
    const url = new URL(`/api/${path}`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => {
      this.state = 'open';
      socket.send(JSON.stringify(request(query)));
    };
    socket.onmessage = (event: MessageEvent<string>) => this.receive(event.data);
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      const before = this.state;
      if (event.reason && !this.message) this.message = event.reason;
      this.state = this.message || before === 'connecting' || event.code === 1006 ? 'failed' : 'closed';
      this.flush();
      this.end();
      if (this.state === 'failed') void session.check();
    };
    this.timer = setInterval(() => this.flush(), 250);
  }

  stop(): void {
    const socket = this.socket;
    this.end();
    if (socket) {
      socket.onmessage = socket.onclose = socket.onopen = null;
      socket.close(1000);
      this.flush();
      this.state = 'closed';
    }
  }

  clear(): void {
    this.log.clear();
    this.calls = [];
    this.count = this.received = 0;
  }

  togglePause(): void {
    this.paused = !this.paused;
    this.changed = true;
    this.flush();
  }

  private end(): void {
    clearInterval(this.timer);
    this.socket = null;
  }

  private receive(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    const error = (message as { error?: unknown } | null)?.error;
    if (typeof error === 'string') {
      this.message = error;
      return;
    }
    const event = parseTapEvent(message);
    if (!event) return;
    this.count++;
    this.changed = true;
    const call = this.log.add(event);
    if (call?.done) this.ended(call);
  }

  private flush(): void {
    this.received = this.count;
    if (!this.changed || this.paused) return;
    this.changed = false;
    this.calls = this.log.calls.slice(0, 1000);
  }
}
