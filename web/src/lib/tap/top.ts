import { succeeded, type Call } from './event';

/** Calls of the same source, destination, method and path, as `linkerd viz top` counts them. */
export interface TopRow {
  key: string;
  source: string;
  destination: string;
  sourceNamespace: string;
  destinationNamespace: string;
  direction: string;
  method: string;
  path: string;
  route: string;
  count: number;
  good: number;
  bad: number;
  /** Milliseconds; null before the first answer. */
  best: number | null;
  worst: number | null;
  last: number | null;
  /** When the row last changed. */
  at: number;
}

export interface TopOptions {
  hideSources?: boolean;
  byRoute?: boolean;
  /** Rows kept; the least recent goes first. */
  limit?: number;
}

export class TopTable {
  readonly rows = new Map<string, TopRow>();

  constructor(private readonly options: TopOptions = {}) {}

  /** Counts a call that has ended. */
  add(call: Call): void {
    const { hideSources = false, byRoute = false, limit = 500 } = this.options;
    const source = hideSources ? '' : label(call.source);
    const destination = label(call.destination);
    const subject = byRoute ? call.route || '[DEFAULT]' : `${call.method} ${call.path}`;
    const key = [call.direction, source, destination, subject].join('\n');
    let row = this.rows.get(key);
    if (!row) {
      if (this.rows.size >= limit) {
        let oldest: TopRow | null = null;
        for (const candidate of this.rows.values()) if (!oldest || candidate.at < oldest.at) oldest = candidate;
        if (oldest) this.rows.delete(oldest.key);
      }
      row = {
        key, source, destination, sourceNamespace: call.source.namespace, destinationNamespace: call.destination.namespace, direction: call.direction,
        method: byRoute ? '' : call.method, path: byRoute ? '' : call.path, route: call.route, count: 0, good: 0, bad: 0, best: null, worst: null, last: null, at: 0,
      };
      this.rows.set(key, row);
    }
    row.count++;
    if (succeeded(call) === false) row.bad++;
    else row.good++;
    const elapsed = call.duration ?? call.latency;
    if (elapsed !== null) {
      row.best = row.best === null ? elapsed : Math.min(row.best, elapsed);
      row.worst = row.worst === null ? elapsed : Math.max(row.worst, elapsed);
      row.last = elapsed;
    }
    row.at = call.at;
  }
}

export function label(endpoint: Call['source']): string {
  return endpoint.owner || endpoint.address || '?';
}
