#!/usr/bin/env node
// A stand-in for `Linkerd.Viz web`: the same endpoints over a made-up world, for development and for fast browser tests.
//
//   node mock/server.mjs [--port 8099] [--root dist] [--login password|oidc] [--empty] [--small] [--seed 7] [--ttl SECONDS]
//
// With --login password: admin / mesh, and viewer / mesh who may not tap. A page's query parameter is not looked at; tests that want an
// answer changed intercept it in the browser.
import { createServer } from 'node:http';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { randomBytes } from 'node:crypto';
import { createWorld, random } from './world.mjs';
import { tap } from './tap.mjs';
import { accept } from './websocket.mjs';

const options = Object.fromEntries(process.argv.slice(2).map((word, index, all) => [word, all[index + 1]]).filter(([word]) => word.startsWith('--')));
const port = Number(options['--port'] ?? 8099);
const root = options['--root'] ?? join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', 'dist');
const login = options['--login'] ?? 'none';
const ttl = Number(options['--ttl'] ?? 3600);
const world = createWorld({ seed: Number(options['--seed'] ?? 7), empty: '--empty' in options, small: '--small' in options });
const sessions = new Map();
const failures = new Map();
const csrf = randomBytes(12).toString('hex');

export const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.json': 'application/json' };

const find = (url) => world.byId.get(`${url.searchParams.get('namespace')}/${url.searchParams.get('kind')}/${url.searchParams.get('name')}`);
const problem = (status, error) => Object.assign(new Error(error), { status });

function routeRows(item) {
  const rows = new Map();
  for (const one of world.inbound(item.id)) {
    const rps = world.rpsAt(one, world.now());
    for (const [method, path, weight, success] of one.routes) rows.set(`${method} ${path}`, { route: `${method} ${path}`, rps: rps * weight, success, p50: item.p99 * 0.22, p95: item.p99 * 0.7, p99: item.p99 * (success < 1 ? 1.2 : 0.9) });
  }
  return [...rows.values()];
}

/** What a workload sends: each call by default, and where the world says so by a route with backends of which one is a canary, with retries. */
function sentRows(item) {
  return world.outbound(item.id).filter((one) => one.success !== null).map((one) => {
    const dst = world.byId.get(one.dst);
    const rps = world.rpsAt(one, world.now());
    const times = { p50: dst.p99 * 0.22, p95: dst.p99 * 0.7, p99: dst.p99 };
    const service = dst.namespace === 'emojivoto' ? `${dst.name}-svc` : dst.name;
    const split = dst.name === 'voting' || dst.name === 'books';
    const retries = split ? Math.min(0.4, 1 - one.success) : 0;
    const sent = rps / (1 - retries);
    const backend = (name, share) => ({ name, port: String(dst.port), share, success: one.success, rps: sent * share, ...times });
    return {
      resource: item.name, service, port: String(dst.port), route: split ? `${dst.name}-canary` : '[default]', kind: split ? 'HTTPRoute' : '',
      success: split ? 1 : one.success, rps, ...times, timeouts: 0, retries, sentSuccess: one.success, sentRps: sent,
      backends: split ? [backend(service, 0.9), backend(`${service}-canary`, 0.1)] : [backend(service, 1)],
    };
  });
}

function outbound(url) {
  const [kind, name, namespace] = ['kind', 'name', 'namespace'].map((key) => url.searchParams.get(key));
  return { rows: world.services.filter((item) => item.namespace === namespace && item.kind === (kind ?? 'deployment') && (!name || item.name === name)).flatMap(sentRows) };
}

const yaml = (policy) => `apiVersion: policy.linkerd.io/${policy.kind === 'Server' ? 'v1beta3' : 'v1alpha1'}\nkind: ${policy.kind}\nmetadata:\n  name: ${policy.name}\n  namespace: ${policy.namespace}\nspec:\n${policy.spec}`;

function policies(namespace) {
  if (namespace !== 'emojivoto' && namespace !== 'booksapp') return [];
  const app = namespace === 'emojivoto' ? 'voting' : 'books';
  const caller = namespace === 'emojivoto' ? 'web' : 'webapp';
  return [
    { kind: 'Server', name: `${app}-grpc`, namespace, summary: `port grpc of app=${app}, deny by default`, spec: `  podSelector:\n    matchLabels:\n      app: ${app}\n  port: grpc\n  proxyProtocol: gRPC\n` },
    { kind: 'AuthorizationPolicy', name: `${app}-callers`, namespace, summary: `${caller} may call ${app}-grpc`, spec: `  targetRef:\n    group: policy.linkerd.io\n    kind: Server\n    name: ${app}-grpc\n  requiredAuthenticationRefs:\n  - group: policy.linkerd.io\n    kind: MeshTLSAuthentication\n    name: ${caller}\n` },
    { kind: 'MeshTLSAuthentication', name: caller, namespace, summary: `identity ${caller}.${namespace}`, spec: `  identities:\n  - ${world.identity(namespace, caller)}\n` },
  ].map((one) => ({ kind: one.kind, name: one.name, namespace, summary: one.summary, yaml: yaml(one) }));
}

function workload(url) {
  const item = find(url);
  if (!item) throw problem(404, `there is no ${url.searchParams.get('kind')} ${url.searchParams.get('name')} in namespace ${url.searchParams.get('namespace')}`);
  const at = world.now();
  const peer = (id) => {
    const one = world.byId.get(id);
    const { success, rps, p50, p95, p99 } = world.row(one, at);
    return { namespace: one.namespace, kind: one.kind, name: one.name, meshed: one.meshed, success, rps, p50, p95, p99 };
  };
  const summary = { ...world.row(item, at), spark: world.spark(item, at) };
  return {
    summary,
    inbound: world.inbound(item.id).map((one) => ({ ...world.edge(one, at), peer: peer(one.src) })),
    outbound: world.outbound(item.id).map((one) => ({ ...world.edge(one, at), peer: peer(one.dst) })),
    pods: world.pods(item).map((pod, index) => ({ ...pod, status: 'Running', meshed: item.meshed, node: `node-${index % 2}`, ready: true, restarts: index === 1 ? 2 : 0, uptime: Math.round((at - world.began) / 1000) + 93_000 - index * 40_000, proxyVersion: item.meshed ? 'edge-26.11.2' : null, success: summary.success, rps: summary.rps === null ? null : summary.rps / item.pods, p50: summary.p50, p95: summary.p95, p99: summary.p99, error: null })),
    routes: routeRows(item),
    sent: sentRows(item),
    tcp: item.meshed ? { connections: summary.tcpConnections, readBytesRate: summary.readBytesRate, writeBytesRate: summary.writeBytesRate } : null,
    policies: policies(item.namespace).filter((one) => /voting|books/.test(item.name) || one.kind === 'MeshTLSAuthentication'),
    edges: [...world.inbound(item.id), ...world.outbound(item.id)].map((one) => world.edge(one, at)),
  };
}

function timeseries(url) {
  const item = find(url);
  const namespace = url.searchParams.get('namespace');
  const calls = item ? world.inbound(item.id) : world.calls.filter((one) => !namespace || one.dst.startsWith(`${namespace}/`));
  const range = { '10m': 600, '1h': 3600, '6h': 21_600 }[url.searchParams.get('range')] ?? 3600;
  const step = url.searchParams.get('step') === '1m' ? 60 : 10;
  const at = Math.floor(world.now() / 1000 / step) * step * 1000;
  const metrics = (url.searchParams.get('metric') ?? 'success').split(',');
  const series = Object.fromEntries(metrics.map((metric) => [metric, []]));
  for (let ago = range; ago >= 0; ago -= step) {
    const when = at - ago * 1000;
    // The mesh was installed five hours and a bit ago; one scrape was missed.
    const missing = ago > 19_300 || (ago > 9_000 && ago < 9_400);
    const figures = missing ? {} : { ...world.traffic(calls, when, item?.p99 ?? 20), tcp: 4 + (when / 60_000) % 3 };
    for (const metric of metrics) series[metric].push([when, figures[metric] ?? null]);
  }
  return metrics.length === 1 ? { points: series[metrics[0]] } : { series };
}

function authz(namespace) {
  const rows = [];
  for (const item of world.calls) {
    const dst = world.byId.get(item.dst);
    if (!dst.meshed || item.success === null || (namespace && dst.namespace !== namespace) || dst.namespace === 'shop') continue;
    const guarded = dst.name === 'voting' || dst.name === 'books';
    const src = world.byId.get(item.src);
    rows.push({ server: guarded ? `${dst.name}-grpc` : `${dst.name}-all`, route: 'default', authorization: guarded ? `${dst.name}-callers` : 'all-unauthenticated', client: world.identity(src.namespace, src.name), allowedRps: dst.name === 'books' && src.name === 'authors' ? 0 : world.rpsAt(item, world.now()), deniedRps: dst.name === 'books' && src.name === 'authors' ? world.rpsAt(item, world.now()) : 0, success: world.successAt(item, world.now()) });
  }
  for (const row of rows) if (row.deniedRps > 0) Object.assign(row, { authorization: '', success: 0 });
  const known = [...new Set(world.services.map((item) => item.namespace))].filter((name) => !namespace || name === namespace);
  return { rows, policies: known.flatMap(policies) };
}

function controlPlane() {
  const meshed = world.services.reduce((sum, item) => sum + (item.meshed ? item.pods : 0), 0);
  const up = Math.round((world.now() - world.began) / 1000) + 190_000;
  const component = (namespace, name, replicas, version) => ({ name, namespace, ready: replicas, replicas, version, pods: Array.from({ length: replicas }, (_, index) => ({ name: `${name}-7d9c5b8f6d-x${index}k2p`, status: 'Running', ready: true, restarts: index, uptime: up - index * 5000, version, node: `node-${index % 2}` })) });
  return {
    components: world.services.length === 0 ? [] : [component('linkerd', 'linkerd-destination', 3, 'edge-26.11.2'), component('linkerd', 'linkerd-identity', 3, 'edge-26.11.2'), component('linkerd', 'linkerd-proxy-injector', 2, 'edge-26.11.2'), component('linkerd-viz', 'metrics-api', 1, 'edge-26.11.2'), component('linkerd-viz', 'tap', 1, 'edge-26.11.2'), component('linkerd-viz', 'web', 1, 'edge-26.11.2')],
    dataPlane: { proxies: meshed, versions: { 'edge-26.11.2': meshed - Math.min(6, meshed), ...(meshed > 6 ? { 'edge-26.10.4': 6 } : {}) } },
  };
}

const checks = {
  success: true,
  results: [
    ...['can initialize the client', 'can query the Kubernetes API'].map((description) => ({ category: 'kubernetes-api', description, hint: null, error: null, warning: false })),
    ...['control plane pods are ready', 'cluster networks contains all pods'].map((description) => ({ category: 'linkerd-existence', description, hint: null, error: null, warning: false })),
    { category: 'linkerd-identity', description: 'issuer cert is valid for at least 60 days', hint: 'https://linkerd.io/checks/#l5d-identity-issuer-cert-not-expiring-soon', error: 'issuer certificate will expire on 2026-12-19T09:03:24Z', warning: true },
    { category: 'linkerd-identity', description: 'trust anchors are within their validity period', hint: null, error: null, warning: false },
    { category: 'linkerd-data-plane', description: 'data plane is up-to-date', hint: 'https://linkerd.io/checks/#l5d-data-plane-version', error: 'some proxies are not running the current version: booksapp/authors (edge-26.10.4)', warning: true },
  ],
};

const routesTable = (url) => {
  const [kind, name] = [url.searchParams.get('resource_type') ?? 'deployment', url.searchParams.get('resource_name')];
  const namespace = url.searchParams.get('namespace');
  const items = world.services.filter((item) => (!namespace || item.namespace === namespace) && (!name || item.name === name) && item.kind === kind.replace(/s$/, '').replace(/^deploy$/, 'deployment'));
  return { ok: { routes: items.map((item) => ({ resource: `${item.kind}/${item.name}`, rows: routeRows(item).map((row) => ({ route: row.route, authority: `${item.name}.${item.namespace}.svc.cluster.local`, timeWindow: '1m', stats: { successCount: String(Math.round(row.rps * 60 * row.success)), failureCount: String(Math.round(row.rps * 60 * (1 - row.success))), latencyMsP50: String(Math.round(row.p50)), latencyMsP95: String(Math.round(row.p95)), latencyMsP99: String(Math.round(row.p99)) } })) })) } };
};

const profile = (namespace, service) => `### ServiceProfile for ${service}.${namespace} ###\napiVersion: linkerd.io/v1alpha2\nkind: ServiceProfile\nmetadata:\n  name: ${service}.${namespace}.svc.cluster.local\n  namespace: ${namespace}\nspec:\n  # A route is a condition on requests and a name for them.\n  routes:\n  - name: '/authors/{id}'\n    condition:\n      pathRegex: '/authors/\\d+'\n      method: GET\n    # A response class marks what is a failure; without one, 5xx is.\n    responseClasses:\n    - condition:\n        status:\n          min: 500\n          max: 599\n      isFailure: true\n`;

const endpoints = {
  '/api/version': () => ({ version: { releaseVersion: 'edge-26.11.2', goVersion: 'dotnet 10.0' } }),
  '/api/overview': (url) => world.overview(url.searchParams.get('namespace') ?? ''),
  '/api/topology': (url) => world.topology(url.searchParams.get('namespace') ?? ''),
  '/api/workload': workload,
  '/api/outbound': outbound,
  '/api/timeseries': timeseries,
  '/api/authz': (url) => authz(url.searchParams.get('namespace') ?? ''),
  '/api/controlplane': controlPlane,
  '/api/check': () => checks,
  '/api/routes': routesTable,
  '/api/gateways': () => ({ ok: { gatewaysTable: { rows: world.services.length === 0 ? [] : [{ namespace: 'linkerd-multicluster', name: 'gateway', clusterName: 'west', pairedServices: '4', alive: true, latencyMsP50: '11', latencyMsP95: '24', latencyMsP99: '31' }, { namespace: 'linkerd-multicluster', name: 'gateway', clusterName: 'east', pairedServices: '2', alive: false }] } } }),
  '/api/extensions': () => (world.services.length === 0 ? [] : [{ name: 'viz', namespace: 'linkerd-viz', version: 'edge-26.11.2', readyPods: 4, pods: 4, uri: null }, { name: 'multicluster', namespace: 'linkerd-multicluster', version: 'edge-26.11.2', readyPods: 2, pods: 2, uri: '/gateways' }, { name: 'jaeger', namespace: 'linkerd-jaeger', version: null, readyPods: 1, pods: 2, uri: null }]),
  '/api/services': (url) => world.services.filter((item) => !url.searchParams.get('namespace') || item.namespace === url.searchParams.get('namespace')).map((item) => ({ name: item.namespace === 'emojivoto' ? `${item.name}-svc` : item.name, namespace: item.namespace })),
  '/api/profile': (url) => profile(url.searchParams.get('namespace'), url.searchParams.get('service')),
};

function sessionOf(request) {
  const id = /(?:^|;\s*)linkerd-session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  const found = id && sessions.get(id);
  if (!found || found.until < Date.now()) return null;
  return found;
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const headers = { 'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };
  const json = (status, body, more = {}) => {
    response.writeHead(status, { ...headers, 'content-type': typeof body === 'string' ? 'application/yaml' : 'application/json', 'cache-control': 'no-store', ...more });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  if (!url.pathname.startsWith('/api/')) return file(url.pathname, response, headers);
  try {
    const session = sessionOf(request);
    if (url.pathname === '/api/session') return json(200, { login, user: login === 'none' ? 'anonymous' : (session?.user ?? ''), roles: session?.roles ?? (login === 'none' ? ['view', 'tap'] : []), csrf, locale: null });
    if (url.pathname === '/api/login') return signIn(request, json);
    if (url.pathname === '/api/oidc/start') {
      const id = open('ada@example.org', ['view', 'tap']);
      response.writeHead(302, { location: '/', 'set-cookie': `linkerd-session=${id}; Path=/; HttpOnly; SameSite=Lax` });
      return response.end();
    }
    if (login !== 'none' && !session) return json(401, { error: 'log in first' });
    if (url.pathname === '/api/logout') {
      for (const [id, one] of sessions) if (one === session) sessions.delete(id);
      return json(204, '');
    }
    // As the server does, so that no page offers what it refuses.
    const window = url.searchParams.get('window');
    if (window !== null && !/^(1[5-9]|[2-9]\d|\d{3,})s$|^[1-9]\d*m$|^[1-6]h$/.test(window)) return json(400, { error: 'window: use a duration of 15s to 6h, such as 1m' });
    const handler = endpoints[url.pathname];
    if (!handler) return json(404, { error: `there is no ${url.pathname}` });
    return json(200, handler(url));
  } catch (error) {
    return json(error.status ?? 500, { error: error.message });
  }
});

function open(user, roles) {
  const id = randomBytes(16).toString('hex');
  sessions.set(id, { user, roles, until: Date.now() + ttl * 1000 });
  return id;
}

function signIn(request, json) {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    if (request.headers['x-csrf-token'] !== csrf) return json(403, { error: 'the request carries no valid token; load the page again' });
    const { user, password } = JSON.parse(body || '{}');
    const failed = failures.get(user) ?? 0;
    if (failed >= 5) return json(429, { error: 'too many attempts' }, { 'retry-after': '60' });
    if (!['admin', 'viewer'].includes(user) || password !== 'mesh') {
      failures.set(user, failed + 1);
      return json(401, { error: 'user or password is wrong' });
    }
    failures.delete(user);
    const id = open(user, user === 'admin' ? ['view', 'tap'] : ['view']);
    return json(204, '', { 'set-cookie': `linkerd-session=${id}; Path=/; HttpOnly; SameSite=Strict` });
  });
}

function file(path, response, headers) {
  const wanted = join(root, normalize(path));
  const found = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(root, 'index.html');
  if (!existsSync(found)) {
    response.writeHead(503, { ...headers, 'content-type': 'text/plain' });
    return response.end('web/dist is missing: npm run build\n');
  }
  response.writeHead(200, { ...headers, 'content-type': types[extname(found)] ?? 'application/octet-stream', 'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache' });
  response.end(readFileSync(found));
}

server.on('upgrade', (request, socket) => {
  const path = new URL(request.url, 'http://localhost').pathname;
  const session = sessionOf(request);
  if (!['/api/tap', '/api/top'].includes(path)) return socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
  if (login !== 'none' && !session) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
  let stop = () => {};
  const channel = accept(request, socket, (text) => {
    stop();
    const query = JSON.parse(text);
    if (session && !session.roles.includes('tap')) {
      channel.send(JSON.stringify({ error: `user ${session.user} has no role tap: ask who runs the dashboard for it` }));
      return channel.close(1008, 'forbidden');
    }
    if (query.resource === 'deployment/nowhere') {
      channel.send(JSON.stringify({ error: 'no pods found for deployment/nowhere' }));
      return channel.close(1011, 'no pods');
    }
    stop = tap(world, query, (event) => channel.send(JSON.stringify(event)), random(11));
  }, () => stop());
});

server.listen(port, '127.0.0.1', () => console.log(`mock dashboard on http://127.0.0.1:${port}`));
