/** The kinds that have pages, singular to plural as Linkerd's paths spell them. */
const plurals: Record<string, string> = {
  deployment: 'deployments',
  daemonset: 'daemonsets',
  statefulset: 'statefulsets',
  job: 'jobs',
  cronjob: 'cronjobs',
  replicaset: 'replicasets',
  replicationcontroller: 'replicationcontrollers',
  pod: 'pods',
  service: 'services',
};
const singulars = new Map(Object.entries(plurals).map(([one, many]) => [many, one]));

export const kinds = Object.keys(plurals);
export const plural = (kind: string): string => plurals[kind] ?? kind;
export const singular = (many: string): string | null => singulars.get(many) ?? null;

export interface Target {
  namespace: string;
  kind: string;
  name: string;
}

const part = encodeURIComponent;

export const namespaceLink = (namespace: string): string => `/namespaces/${part(namespace)}`;
export const workloadLink = (target: Target): string | null =>
  target.namespace && plurals[target.kind] ? `/namespaces/${part(target.namespace)}/${plural(target.kind)}/${part(target.name)}` : null;
export const tapLink = (target: Target, page: 'tap' | 'top' = 'tap'): string =>
  `/${page}?namespace=${part(target.namespace)}&resource=${part(`${target.kind}/${target.name}`)}`;
export const routesLink = (target: Target): string => `/routes?namespace=${part(target.namespace)}&resource=${part(`${target.kind}/${target.name}`)}`;

/** `ns/kind/name`, the identity of a node in the topology. */
export function parseId(id: string): Target {
  const [namespace = '', kind = '', ...name] = id.split('/');
  return { namespace, kind, name: name.join('/') };
}

export type Page =
  | { page: 'namespaces' | 'topology' | 'tap' | 'top' | 'routes' | 'authorization' | 'controlplane' | 'gateways' | 'extensions' | 'profile' | 'community' }
  | { page: 'namespace'; namespace: string; kind?: string }
  | { page: 'workload'; namespace: string; kind: string; name: string }
  | { page: 'redirect'; to: string }
  | { page: 'missing' };

const simple = new Set(['namespaces', 'topology', 'tap', 'top', 'routes', 'authorization', 'controlplane', 'gateways', 'extensions', 'community']);

/** Which page a path names. Paths are those of Linkerd's dashboard, so that bookmarks keep working. */
export function parsePath(path: string): Page {
  const parts = path.split('/').filter(Boolean).map(decode);
  const [first, namespace, many, name, extra] = parts;
  if (first === undefined || first === 'overview') return { page: 'redirect', to: '/namespaces' };
  if (first === 'servicemesh') return { page: 'redirect', to: '/controlplane' };
  if (parts.length === 1 && simple.has(first)) return { page: first as 'tap' };
  if (first === 'profiles' && namespace === 'new' && parts.length === 2) return { page: 'profile' };
  if (first !== 'namespaces' || namespace === undefined || extra !== undefined) return { page: 'missing' };
  if (many === undefined) return { page: 'namespace', namespace };
  const kind = singular(many);
  if (kind === null) return { page: 'missing' };
  return name === undefined ? { page: 'namespace', namespace, kind } : { page: 'workload', namespace, kind, name };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const web = (base: string | null | undefined): string | null => (base && (/^https?:\/\//.test(base) || base.startsWith('/')) ? base.replace(/\/$/, '') : null);

/** The workload's page in Grafana, whose dashboards are called `<prefix>linkerd-<kind>`. Null without Grafana. */
export function grafanaLink(base: string | null | undefined, target: Target, prefix = ''): string | null {
  const root = web(base);
  return root && `${root}/d/${part(prefix)}linkerd-${target.kind}?var-namespace=${part(target.namespace)}&var-${target.kind}=${part(target.name)}`;
}

/** Traces of the workload in Jaeger. Null without Jaeger. */
export function jaegerLink(base: string | null | undefined, target: Target): string | null {
  const root = web(base);
  return root && `${root}/search?service=linkerd-proxy&tags=${part(JSON.stringify({ hostname: target.name }))}`;
}
