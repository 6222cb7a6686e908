import type { AuthzRow } from './types';

export interface Matrix {
  clients: string[];
  servers: string[];
  cell: (client: string, server: string) => { allowed: number; denied: number } | null;
}

/** Who calls whom, and with what answer: rates of all routes and authorizations added. Denied pairs come first. */
export function matrix(rows: AuthzRow[]): Matrix {
  const cells = new Map<string, { allowed: number; denied: number }>();
  const weight = new Map<string, number>();
  const clients = new Set<string>();
  const servers = new Set<string>();
  for (const row of rows) {
    const client = row.client ?? '';
    const server = row.server ?? '';
    clients.add(client);
    servers.add(server);
    const key = `${client}\n${server}`;
    const cell = cells.get(key) ?? { allowed: 0, denied: 0 };
    cell.allowed += row.allowedRps ?? 0;
    cell.denied += row.deniedRps ?? 0;
    cells.set(key, cell);
    for (const name of [`c${client}`, `s${server}`]) weight.set(name, (weight.get(name) ?? 0) + (row.deniedRps ?? 0));
  }
  const order = (prefix: string) => (left: string, right: string) => (weight.get(prefix + right) ?? 0) - (weight.get(prefix + left) ?? 0) || left.localeCompare(right);
  return {
    clients: [...clients].sort(order('c')),
    servers: [...servers].sort(order('s')),
    cell: (client, server) => cells.get(`${client}\n${server}`) ?? null,
  };
}

/** `web.emojivoto` of `web.emojivoto.serviceaccount.identity.linkerd.cluster.local`. */
export const shortIdentity = (identity: string): string => identity.replace(/\.serviceaccount\.identity\..*$/, '');
