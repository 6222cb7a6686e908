import type {
  Authz, CheckReport, ControlPlane, Extension, GatewayRow, Overview, Points, RouteRow, SentRoute, Session, TopologyData, WorkloadDetail,
} from './types';

/** What the server, or the way to it, answered instead of data. Status 0: it was not reached at all. */
export class ApiError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
    this.name = 'ApiError';
  }
}

type Params = Record<string, string | number | boolean | null | undefined>;

let csrf = '';
let lost: () => void = () => {};

/** The token that goes with every request that changes something. */
export function useCsrf(token: string): void {
  csrf = token;
}

/** Called when an answer says that there is no session (any more). */
export function onSessionLost(handler: () => void): void {
  lost = handler;
}

export function query(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, '');
  }
  if (response.ok) return response;
  if (response.status === 401 && path !== '/api/login') lost();
  let message = '';
  try {
    const body = (await response.json()) as { error?: unknown };
    if (typeof body.error === 'string') message = body.error;
    else if (body.error && typeof (body.error as { error?: unknown }).error === 'string') message = (body.error as { error: string }).error;
  } catch {
    // Not JSON: a proxy in between answered. The status says enough.
  }
  throw new ApiError(response.status, message);
}

export async function getJson<T>(path: string, params?: Params, signal?: AbortSignal): Promise<T> {
  const response = await send(query(path, params), { signal, headers: { accept: 'application/json' } });
  return (await response.json()) as T;
}

export async function getText(path: string, params?: Params, signal?: AbortSignal): Promise<string> {
  return (await send(query(path, params), { signal })).text();
}

async function post(path: string, body?: unknown): Promise<void> {
  await send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
    body: body === undefined ? null : JSON.stringify(body),
  });
}

const num = (value: unknown): number | null => {
  if (value === null || value === undefined || value === '') return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
};

interface RawStats {
  successCount?: unknown;
  failureCount?: unknown;
  latencyMsP50?: unknown;
  latencyMsP95?: unknown;
  latencyMsP99?: unknown;
  actualSuccessCount?: unknown;
  actualFailureCount?: unknown;
}

/** Seconds of a window such as `1m`, `30s`, `6h`; 60 when it cannot be read. */
export function seconds(window: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(window);
  if (!match) return 60;
  return Number(match[1]) * { ms: 0.001, s: 1, m: 60, h: 3600 }[match[2] as 'ms' | 's' | 'm' | 'h'];
}

/** Counts of a window as rates and shares, as Linkerd's own routes endpoint gives them. */
export function routesFrom(body: unknown): RouteRow[] {
  const tables = (body as { ok?: { routes?: { resource?: string; rows?: { route?: string; authority?: string; timeWindow?: string; stats?: RawStats }[] }[] } }).ok?.routes ?? [];
  const rows: RouteRow[] = [];
  for (const table of tables) {
    for (const row of table.rows ?? []) {
      const good = num(row.stats?.successCount) ?? 0;
      const bad = num(row.stats?.failureCount) ?? 0;
      const total = good + bad;
      const sentGood = num(row.stats?.actualSuccessCount) ?? 0;
      const sent = sentGood + (num(row.stats?.actualFailureCount) ?? 0);
      rows.push({
        route: row.route || '[DEFAULT]',
        resource: table.resource ?? '',
        authority: row.authority ?? '',
        success: total > 0 ? good / total : null,
        rps: total > 0 ? total / seconds(row.timeWindow ?? '1m') : null,
        actualSuccess: sent > 0 ? sentGood / sent : null,
        actualRps: sent > 0 ? sent / seconds(row.timeWindow ?? '1m') : null,
        p50: total > 0 ? num(row.stats?.latencyMsP50) : null,
        p95: total > 0 ? num(row.stats?.latencyMsP95) : null,
        p99: total > 0 ? num(row.stats?.latencyMsP99) : null,
      });
    }
  }
  return rows;
}

export function gatewaysFrom(body: unknown): GatewayRow[] {
  const rows = (body as { ok?: { gatewaysTable?: { rows?: Record<string, unknown>[] } } }).ok?.gatewaysTable?.rows ?? [];
  return rows.map((row) => ({
    namespace: String(row.namespace ?? ''),
    name: String(row.name ?? ''),
    clusterName: String(row.clusterName ?? ''),
    pairedServices: num(row.pairedServices) ?? 0,
    alive: row.alive === true,
    p50: num(row.latencyMsP50),
    p95: num(row.latencyMsP95),
    p99: num(row.latencyMsP99),
  }));
}

/** One metric as `points`, several as `series`: both become a map. */
export function seriesFrom(body: unknown, metrics: string[]): Record<string, Points> {
  const { points, series } = body as { points?: Points; series?: Record<string, Points> };
  if (series) return series;
  return points && metrics[0] ? { [metrics[0]]: points } : {};
}

export const api = {
  session: (signal?: AbortSignal) => getJson<Session>('/api/session', {}, signal),
  login: (user: string, password: string) => post('/api/login', { user, password }),
  logout: () => post('/api/logout'),
  version: () => getJson<{ version?: Record<string, string> | string }>('/api/version'),
  overview: (window: string, namespace?: string, signal?: AbortSignal) => getJson<Overview>('/api/overview', { window, namespace }, signal),
  topology: (window: string, namespace?: string, signal?: AbortSignal) => getJson<TopologyData>('/api/topology', { window, namespace }, signal),
  workload: (namespace: string, kind: string, name: string, window: string, signal?: AbortSignal) =>
    getJson<WorkloadDetail>('/api/workload', { namespace, kind, name, window }, signal),
  series: async (target: Params, metrics: string[], range: string, step: string, signal?: AbortSignal) =>
    seriesFrom(await getJson('/api/timeseries', { ...target, metric: metrics.join(','), range, step }, signal), metrics),
  authz: (namespace: string, signal?: AbortSignal) => getJson<Authz>('/api/authz', { namespace }, signal),
  controlPlane: (signal?: AbortSignal) => getJson<ControlPlane>('/api/controlplane', {}, signal),
  check: (signal?: AbortSignal) => getJson<CheckReport>('/api/check', {}, signal),
  routes: async (params: Params, signal?: AbortSignal) => routesFrom(await getJson('/api/routes', params, signal)),
  outbound: async (params: Params, signal?: AbortSignal) => (await getJson<{ rows: SentRoute[] }>('/api/outbound', params, signal)).rows,
  gateways: async (signal?: AbortSignal) => gatewaysFrom(await getJson('/api/gateways', {}, signal)),
  extensions: (signal?: AbortSignal) => getJson<Extension[]>('/api/extensions', {}, signal),
  services: async (namespace?: string, signal?: AbortSignal) => {
    const body = await getJson<{ name: string; namespace: string }[] | { services?: { name: string; namespace: string }[] }>('/api/services', { namespace }, signal);
    return Array.isArray(body) ? body : (body.services ?? []);
  },
  profile: (namespace: string, service: string) => getText('/api/profile', { namespace, service }),
  definition: (namespace: string, kind: string, name: string) =>
    getText('/api/resource-definition', { namespace, resource_type: kind, resource_name: name }),
};
