import type { SentRoute, Traffic } from './types';

/** A line of the table of what is sent: a route, or below it one of its backends. */
export interface SentLine extends Traffic {
  id: string;
  name: string;
  /** Which route it is, for a route. */
  about: string;
  resource: string;
  backend: boolean;
  /** The last backend of its route. */
  last: boolean;
  share: number | null;
  retries: number | null;
  sentSuccess: number | null;
  sentRps: number | null;
}

const place = (name: string, port: string): string => (port ? `${name}:${port}` : name);

/** Routes in their order, each with its backends below it. */
export function flatten(rows: SentRoute[]): SentLine[] {
  return rows.flatMap((row) => {
    const id = `${row.resource} ${row.service}:${row.port} ${row.kind}/${row.route}`;
    const route: SentLine = {
      id, name: place(row.service, row.port), about: row.kind ? `${row.kind}/${row.route}` : row.route, resource: row.resource, backend: false, last: false, share: null,
      success: row.success, rps: row.rps, p50: row.p50, p95: row.p95, p99: row.p99, retries: row.retries, sentSuccess: row.sentSuccess, sentRps: row.sentRps,
    };
    // Without a route of its own, what is sent to a Service goes to that Service.
    const itself = row.backends.length === 1 && row.backends[0]?.name === row.service && row.kind === '';
    return [
      route,
      ...(itself ? [] : row.backends).map((one, index) => ({
        id: `${id} > ${place(one.name, one.port)}`, name: place(one.name, one.port), about: '', resource: '', backend: true, last: index === row.backends.length - 1, share: one.share,
        success: one.success, rps: one.rps, p50: one.p50, p95: one.p95, p99: one.p99, retries: null, sentSuccess: null, sentRps: null,
      })),
    ];
  });
}
