// Tap events of the mock world, spelt as `linkerd viz tap -o json` spells them.

const duration = (ms) => ({ seconds: Math.floor(ms / 1000), nanos: Math.round((ms % 1000) * 1e6) });

function pick(routes, roll) {
  let sum = 0;
  for (const route of routes) {
    sum += route[2];
    if (roll < sum) return route;
  }
  return routes[routes.length - 1];
}

/** Whether a target such as `deployment/web`, `deploy/web`, `namespace/x` or `pod/web-1` names this service. */
function names(target, namespace, item) {
  if (!target) return !namespace || item.namespace === namespace;
  const [kind, name] = target.split('/');
  if (/^(ns|namespaces?)$/.test(kind)) return item.namespace === (name ?? namespace);
  if (namespace && item.namespace !== namespace) return false;
  const full = { deploy: 'deployment', deployments: 'deployment', sts: 'statefulset', statefulsets: 'statefulset', ds: 'daemonset' }[kind] ?? kind;
  if (full === 'pod' || full === 'po' || full === 'pods') return !name || name.startsWith(`${item.name}-`);
  return item.kind === full && (!name || item.name === name);
}

/** Sends events of what the request asks for until the returned function is called. */
export function tap(world, query, send, random) {
  const matching = world.calls.filter((item) => {
    if (item.routes.length === 0) return false;
    const src = world.byId.get(item.src);
    const dst = world.byId.get(item.dst);
    if (!src.meshed && !dst.meshed) return false;
    if (query.toResource || query.toNamespace) return names(query.resource, query.namespace, src) && names(query.toResource, query.toNamespace, dst);
    return names(query.resource, query.namespace, src) || names(query.resource, query.namespace, dst);
  });
  const limit = Math.min(Number(query.maxRps) || 100, 400);
  let stream = 0;
  let credit = 1;
  const timers = new Set();
  const later = (ms, action) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, ms);
    timers.add(timer);
  };

  function one() {
    const total = matching.reduce((sum, item) => sum + item.rps, 0);
    let roll = random() * total;
    const item = matching.find((candidate) => (roll -= candidate.rps) < 0) ?? matching[0];
    const src = world.byId.get(item.src);
    const dst = world.byId.get(item.dst);
    const [method, template, , share] = pick(item.routes, random());
    const path = template.replace('{id}', String(Math.floor(random() * 900) + 100));
    if (query.method && query.method !== method) return;
    if (query.path && !path.startsWith(query.path)) return;
    const authority = `${dst.name}${dst.grpc ? '-svc' : ''}.${dst.namespace}:${dst.port}`;
    if (query.authority && !authority.startsWith(query.authority)) return;
    const from = world.pods(src)[0];
    const to = world.pods(dst)[Math.floor(random() * dst.pods)];
    const ok = random() < share;
    const latency = Math.max(0.3, world.latencyAt(item.p99 ?? 5, world.now(), 0) * (0.15 + random() * random() * 0.9));
    const end = (service, pod, port) => ({ ip: pod.ip, port, metadata: { control_plane_ns: 'linkerd', namespace: service.namespace, [service.kind]: service.name, pod: pod.name, serviceaccount: service.name, tls: item.secured ? 'true' : 'not_provided_by_service_discovery' } });
    const base = {
      source: end(src, from, 30000 + Math.floor(random() * 30000)), destination: end(dst, to, dst.port), routeMeta: { route: `${method} ${template}` },
      proxyDirection: names(query.resource, query.namespace, src) && src.meshed ? 'OUTBOUND' : 'INBOUND',
    };
    const id = { base: 1, stream: stream++ };
    const headers = query.extract ? [{ name: 'user-agent', valueStr: src.grpc || dst.grpc ? 'grpc-go/1.60.1' : 'Go-http-client/1.1' }, { name: 'l5d-client-id', valueStr: world.identity(src.namespace, src.name) }, { name: 'x-request-id', valueStr: Math.floor(random() * 1e12).toString(16) }] : [];
    send({ ...base, requestInitEvent: { id, method, scheme: 'HTTP', authority, path, headers } });
    later(latency, () => send({ ...base, responseInitEvent: { id, sinceRequestInit: duration(latency), httpStatus: dst.grpc || ok ? 200 : 500, headers: query.extract ? [{ name: 'content-type', valueStr: dst.grpc ? 'application/grpc' : 'application/json' }] : [] } }));
    later(latency + 1, () => send({ ...base, responseEndEvent: { id, sinceRequestInit: duration(latency + 0.4), sinceResponseInit: duration(0.4), responseBytes: Math.floor(random() * 2000) + 20, trailers: [], ...(dst.grpc ? { grpcStatusCode: ok ? 0 : 2 } : {}) } }));
  }

  const turn = setInterval(() => {
    if (matching.length === 0) return;
    const wanted = matching.reduce((sum, item) => sum + item.rps, 0);
    credit = Math.min(40, credit + Math.min(limit, Math.max(wanted, 2)) / 10);
    while (credit >= 1) {
      credit -= 1;
      one();
    }
  }, 100);
  if (matching.length > 0) one();
  return () => {
    clearInterval(turn);
    for (const timer of timers) clearTimeout(timer);
  };
}
