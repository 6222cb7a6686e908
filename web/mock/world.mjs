// A small world of services that moves: rates wander, one call in a few fails, pods restart. Deterministic for a given seed.

/** A small generator of pseudo-random numbers (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const identity = (namespace, name) => `${name}.${namespace}.serviceaccount.identity.linkerd.cluster.local`;

function service(namespace, name, options = {}) {
  return { id: `${namespace}/${options.kind ?? 'deployment'}/${name}`, namespace, kind: options.kind ?? 'deployment', name, pods: options.pods ?? 1, meshed: options.meshed ?? true, p99: options.p99 ?? 8, port: options.port ?? 8080, ...options };
}

function call(src, dst, rps, success, routes, options = {}) {
  return { src, dst, rps, success, routes, secured: options.secured ?? true, noTlsReason: options.noTlsReason ?? null, p99: options.p99 ?? null };
}

function emojivoto() {
  const ns = 'emojivoto';
  const id = (name) => `${ns}/deployment/${name}`;
  return {
    services: [
      service(ns, 'vote-bot', { p99: 0 }),
      service(ns, 'web', { p99: 24, pods: 2 }),
      service(ns, 'emoji', { p99: 3, grpc: true }),
      service(ns, 'voting', { p99: 5, grpc: true }),
    ],
    calls: [
      call(id('vote-bot'), id('web'), 2.1, 0.934, [['GET', '/api/list', 0.42, 1], ['GET', '/api/vote', 0.5, 0.86], ['GET', '/api/leaderboard', 0.08, 1]], { p99: 24 }),
      call(id('web'), id('emoji'), 2.0, 1, [['POST', '/emojivoto.v1.EmojiService/ListAll', 0.5, 1], ['POST', '/emojivoto.v1.EmojiService/FindByShortcode', 0.5, 1]], { p99: 3 }),
      call(id('web'), id('voting'), 1.0, 0.86, [['POST', '/emojivoto.v1.VotingService/VoteDoughnut', 0.14, 0], ['POST', '/emojivoto.v1.VotingService/VoteJoy', 0.3, 1], ['POST', '/emojivoto.v1.VotingService/VotePoop', 0.22, 1], ['POST', '/emojivoto.v1.VotingService/VoteRocket', 0.2, 1], ['POST', '/emojivoto.v1.VotingService/Leaderboard', 0.14, 1]], { p99: 5 }),
    ],
  };
}

function booksapp() {
  const ns = 'booksapp';
  const id = (name) => `${ns}/deployment/${name}`;
  return {
    services: [
      service(ns, 'traffic', { p99: 0 }),
      service(ns, 'webapp', { p99: 96, pods: 3 }),
      service(ns, 'books', { p99: 72 }),
      service(ns, 'authors', { p99: 31 }),
      service(ns, 'mysql', { kind: 'statefulset', p99: 0, meshed: false, tcp: true }),
    ],
    calls: [
      call(id('traffic'), id('webapp'), 8.4, 0.965, [['GET', '/', 0.3, 1], ['GET', '/books', 0.2, 1], ['GET', '/authors', 0.2, 1], ['POST', '/books/{id}/edit', 0.15, 0.82], ['POST', '/authors/{id}/delete', 0.15, 0.95]], { p99: 96 }),
      call(id('webapp'), id('books'), 6.2, 0.951, [['GET', '/books.json', 0.5, 1], ['PUT', '/books/{id}.json', 0.25, 0.81], ['DELETE', '/books/{id}.json', 0.25, 1]], { p99: 72 }),
      call(id('webapp'), id('authors'), 5.8, 1, [['GET', '/authors.json', 0.6, 1], ['GET', '/authors/{id}.json', 0.4, 1]], { p99: 31 }),
      call(id('books'), id('authors'), 1.9, 0.62, [['HEAD', '/authors/{id}.json', 1, 0.62]], { p99: 40 }),
      call(id('authors'), id('books'), 1.4, 1, [['GET', '/books.json', 1, 1]], { p99: 22 }),
      call(id('books'), `${ns}/statefulset/mysql`, 0, null, [], { secured: false, noTlsReason: 'not_provided_by_service_discovery' }),
      call(id('authors'), `${ns}/statefulset/mysql`, 0, null, [], { secured: false, noTlsReason: 'not_provided_by_service_discovery' }),
    ],
  };
}

/** A mesh of a hundred workloads in seven tiers, with some two hundred edges. */
function shop(next) {
  const ns = 'shop';
  const tiers = [
    ['edge', 'mobile-bff', 'web-bff', 'partner-api', 'admin-bff'],
    ['catalog', 'search', 'cart', 'checkout', 'account', 'orders', 'reviews', 'wishlist', 'offers', 'storefront', 'returns', 'loyalty', 'gift-cards', 'stores'],
    ['pricing', 'inventory', 'payment', 'shipping', 'tax', 'fraud', 'identity', 'recommend', 'ranking', 'media', 'coupons', 'address', 'session', 'notify', 'ledger', 'quotes', 'bundles', 'locale'],
    ['price-rules', 'stock', 'card-vault', 'carriers', 'risk-model', 'profile', 'features', 'embeddings', 'thumbs', 'mailer', 'sms', 'push', 'audit', 'geo', 'currency', 'labels', 'warehouse', 'invoices', 'refunds', 'limits'],
    ['warehouse-eu', 'warehouse-us', 'warehouse-ap', 'bank-gw', 'carrier-gw', 'feature-cache', 'profile-cache', 'vector-index', 'object-store', 'mail-relay', 'sms-relay', 'rates', 'maps', 'documents', 'events', 'scheduler', 'exports', 'reports'],
    ['kv-0', 'kv-1', 'kv-2', 'queue', 'ledger-db', 'catalog-db', 'orders-db', 'profile-db', 'search-0', 'search-1', 'search-2', 'blob', 'metrics-sink', 'archive'],
    ['backup', 'replica-0', 'replica-1', 'replica-2', 'cold-store', 'etl', 'lake', 'ml-train', 'ml-serve', 'bi', 'ops-bot'],
  ];
  const services = [];
  const calls = [];
  const ids = tiers.map((tier, level) => tier.map((name) => {
    const item = service(ns, name, { kind: /^(kv|search-\d|queue|.*-db|replica)/.test(name) ? 'statefulset' : name === 'metrics-sink' ? 'daemonset' : 'deployment', p99: 4 + next() * 60, pods: 1 + Math.floor(next() * 3), meshed: !(level === 5 && name === 'archive') });
    services.push(item);
    return item.id;
  }));
  for (let level = 0; level < ids.length - 1; level++) {
    const below = ids[level + 1];
    const used = new Set();
    ids[level].forEach((src, index) => {
      const centre = (index / Math.max(1, ids[level].length - 1)) * (below.length - 1);
      const fan = 1 + Math.floor(next() * 2.4);
      for (let k = 0; k < fan; k++) {
        const at = Math.max(0, Math.min(below.length - 1, Math.round(centre + (next() - 0.5) * 5)));
        const key = `${src}>${below[at]}`;
        if (used.has(key)) continue;
        used.add(key);
        used.add(below[at]);
        calls.push(call(src, below[at], Math.round((0.4 + next() * next() * 60) * 10) / 10, next() < 0.04 ? 0.97 : 1, [['GET', `/v1/${services.find((s) => s.id === below[at]).name}`, 1, 1]], { p99: 3 + next() * 80, secured: !below[at].endsWith('/archive') }));
      }
    });
    below.forEach((dst, index) => {
      if (used.has(dst)) return;
      const src = ids[level][Math.round((index / Math.max(1, below.length - 1)) * (ids[level].length - 1))];
      calls.push(call(src, dst, Math.round((0.4 + next() * 12) * 10) / 10, 1, [['GET', '/v1/item', 1, 1]], { p99: 3 + next() * 40, secured: !dst.endsWith('/archive'), noTlsReason: 'not_provided_by_service_discovery' }));
    });
  }
  // One broken dependency deep down, felt further up.
  for (const [src, dst, success] of [['payment', 'card-vault', 0.78], ['checkout', 'payment', 0.81], ['web-bff', 'checkout', 0.9]]) {
    const find = (name) => services.find((s) => s.name === name).id;
    const found = calls.find((c) => c.src === find(src) && c.dst === find(dst));
    if (found) found.success = success;
    else calls.push(call(find(src), find(dst), 12, success, [['POST', `/v1/${dst}`, 1, success]], { p99: 210 }));
  }
  return { services, calls };
}

function controlPlane() {
  return {
    services: [service('linkerd', 'linkerd-destination', { p99: 4 }), service('linkerd', 'linkerd-identity', { p99: 3 }), service('linkerd', 'linkerd-proxy-injector', { p99: 9 }), service('linkerd-viz', 'web', { p99: 18 }), service('linkerd-viz', 'metrics-api', { p99: 12 }), service('linkerd-viz', 'prometheus', { p99: 35 }), service('linkerd-viz', 'tap', { p99: 6 })],
    calls: [
      call('linkerd-viz/deployment/web', 'linkerd-viz/deployment/metrics-api', 3.3, 1, [['POST', '/linkerd2.viz.Api/StatSummary', 0.8, 1], ['POST', '/linkerd2.viz.Api/Edges', 0.2, 1]], { p99: 12 }),
      call('linkerd-viz/deployment/metrics-api', 'linkerd-viz/deployment/prometheus', 9.1, 1, [['POST', '/api/v1/query', 1, 1]], { p99: 35 }),
      call('linkerd-viz/deployment/web', 'linkerd-viz/deployment/tap', 0.1, 1, [['POST', '/apis/tap.linkerd.io', 1, 1]], { p99: 6 }),
    ],
  };
}

export function createWorld({ seed = 7, now = () => Date.now(), empty = false, small = false } = {}) {
  const next = random(seed);
  const parts = empty ? [] : [emojivoto(), booksapp(), ...(small ? [] : [shop(next)]), controlPlane()];
  const services = parts.flatMap((part) => part.services);
  const calls = parts.flatMap((part) => part.calls);
  const phase = new Map(calls.map((item) => [item, next() * 6.28]));
  const byId = new Map(services.map((item) => [item.id, item]));
  const began = now();

  // Rates breathe with several periods; every few minutes there is a short bad spell.
  const wave = (item, at) => {
    const seconds = at / 1000;
    const own = phase.get(item) ?? 0;
    return 1 + 0.16 * Math.sin(seconds / 23 + own) + 0.09 * Math.sin(seconds / 5.1 + own * 3) + 0.05 * Math.sin(seconds / 1.7 + own * 5);
  };
  const rpsAt = (item, at) => (item.rps === 0 ? 0 : Math.max(0.05, item.rps * wave(item, at)));
  const successAt = (item, at) => {
    if (item.success === null) return null;
    if (item.success === 1) return 1;
    const spell = Math.sin(at / 190_000 + (phase.get(item) ?? 0)) > 0.93 ? 0.9 : 1;
    return Math.max(0, Math.min(0.999, item.success * spell + 0.012 * Math.sin(at / 9000 + (phase.get(item) ?? 0))));
  };
  const latencyAt = (base, at, own) => base * (1 + 0.22 * Math.sin(at / 31_000 + own) + 0.1 * Math.sin(at / 7000 + own * 2));

  function traffic(items, at, base) {
    const active = items.filter((item) => item.success !== null && item.rps > 0);
    if (active.length === 0) return { success: null, rps: null, p50: null, p95: null, p99: null };
    const rps = active.reduce((sum, item) => sum + rpsAt(item, at), 0);
    const good = active.reduce((sum, item) => sum + rpsAt(item, at) * successAt(item, at), 0);
    const p99 = latencyAt(base || 8, at, phase.get(active[0]) ?? 0);
    return { success: good / rps, rps, p50: p99 * 0.24, p95: p99 * 0.74, p99 };
  }

  const inbound = (id) => calls.filter((item) => item.dst === id);
  const outbound = (id) => calls.filter((item) => item.src === id);

  function row(item, at = now()) {
    const figures = traffic(inbound(item.id), at, item.p99);
    const tcp = item.meshed ? { tcpConnections: 2 + inbound(item.id).length * 2 * item.pods, readBytesRate: (figures.rps ?? 3) * 420, writeBytesRate: (figures.rps ?? 2) * 1900 } : { tcpConnections: null, readBytesRate: null, writeBytesRate: null };
    return { namespace: item.namespace, kind: item.kind, name: item.name, meshedPods: item.meshed ? item.pods : 0, runningPods: item.pods, failedPods: 0, ...figures, ...tcp };
  }

  function spark(item, at) {
    const points = Array.from({ length: 20 }, (_, index) => traffic(inbound(item.id), at - (19 - index) * 30_000, item.p99));
    return { success: points.map((p) => p.success), rps: points.map((p) => p.rps), p99: points.map((p) => p.p99) };
  }

  function edge(item, at = now()) {
    const rps = rpsAt(item, at);
    const src = byId.get(item.src);
    const dst = byId.get(item.dst);
    return {
      src: item.src, dst: item.dst, rps: item.success === null ? null : rps, success: successAt(item, at), p99: item.p99 === null || item.success === null ? null : latencyAt(item.p99, at, phase.get(item) ?? 0), secured: item.secured,
      clientId: item.secured ? identity(src.namespace, src.name) : null, serverId: item.secured ? identity(dst.namespace, dst.name) : null, noTlsReason: item.secured ? null : (item.noTlsReason ?? 'not_provided_by_service_discovery'),
    };
  }

  const hash = (text) => [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
  const suffix = (text, length) => Array.from({ length }, (_, index) => 'bcdfghjklmnpqrstvwxz2456789'[(hash(text + index) >>> 3) % 27]).join('');

  function pods(item) {
    return Array.from({ length: item.pods }, (_, index) => {
      const name = item.kind === 'statefulset' ? `${item.name}-${index}` : `${item.name}-${suffix(item.id, 9)}-${suffix(item.id + index, 5)}`;
      return { name, ip: `10.23.${hash(item.namespace) % 200}.${(hash(name) % 250) + 2}` };
    });
  }

  return {
    services, calls, byId, now, began, inbound, outbound, row, spark, edge, pods, traffic, rpsAt, successAt, latencyAt, identity,
    overview(namespace) {
      const at = now();
      const rows = services.filter((item) => !namespace || item.namespace === namespace).map((item) => ({ ...row(item, at), spark: spark(item, at) }));
      const names = [...new Set(services.map((item) => item.namespace)), ...(empty ? [] : ['default', 'kube-system'])];
      const namespaces = names.filter((name) => !namespace || name === namespace).map((name) => {
        const inside = services.filter((item) => item.namespace === name);
        const figures = traffic(calls.filter((item) => inside.some((one) => one.id === item.dst)), at, Math.max(8, ...inside.map((item) => item.p99)));
        return { name, meshedPods: inside.reduce((sum, item) => sum + (item.meshed ? item.pods : 0), 0), runningPods: inside.reduce((sum, item) => sum + item.pods, name === 'kube-system' ? 9 : 0), ...figures };
      });
      return { time: at, window: '1m', namespaces, workloads: rows };
    },
    topology(namespace) {
      const at = now();
      const edges = calls.filter((item) => !namespace || byId.get(item.src).namespace === namespace || byId.get(item.dst).namespace === namespace).map((item) => edge(item, at));
      const touched = new Set(edges.flatMap((item) => [item.src, item.dst]));
      const nodes = services.filter((item) => !namespace || item.namespace === namespace || touched.has(item.id)).map((item) => {
        const { success, rps, p99 } = row(item, at);
        return { id: item.id, namespace: item.namespace, kind: item.kind, name: item.name, meshed: item.meshed, success, rps, p99 };
      });
      return { nodes, edges };
    },
  };
}
