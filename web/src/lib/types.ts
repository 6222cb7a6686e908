/** Figures of one minute (or of the chosen window); latencies in milliseconds. Null means that nothing was observed. */
export interface Traffic {
  success: number | null;
  rps: number | null;
  p50?: number | null;
  p95?: number | null;
  p99?: number | null;
}

export interface NamespaceRow extends Traffic {
  name: string;
  meshedPods: number;
  runningPods: number;
}

export interface WorkloadRow extends Traffic {
  namespace: string;
  kind: string;
  name: string;
  meshedPods: number;
  runningPods: number;
  failedPods?: number;
  tcpConnections?: number | null;
  readBytesRate?: number | null;
  writeBytesRate?: number | null;
  spark?: { success: (number | null)[]; rps: (number | null)[]; p99: (number | null)[] };
}

export interface Overview {
  time: number;
  window: string;
  namespaces: NamespaceRow[];
  workloads: WorkloadRow[];
}

export interface GraphNode {
  id: string;
  namespace: string;
  kind: string;
  name: string;
  meshed: boolean;
  success: number | null;
  rps: number | null;
  p99?: number | null;
}

export interface GraphEdge {
  src: string;
  dst: string;
  rps: number | null;
  success: number | null;
  p99?: number | null;
  secured: boolean;
  clientId?: string | null;
  serverId?: string | null;
  noTlsReason?: string | null;
}

export interface TopologyData {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface Peer extends Traffic {
  namespace: string;
  kind: string;
  name: string;
  meshed: boolean;
}

export type PeerEdge = GraphEdge & { peer: Peer };

export interface PodRow extends Traffic {
  name: string;
  status: string;
  meshed: boolean;
  node?: string | null;
  ip?: string | null;
  ready?: boolean;
  restarts?: number;
  uptime?: number | null;
  proxyVersion?: string | null;
  error?: string | null;
}

export interface RouteRow extends Traffic {
  route: string;
  /** With retries more is sent than was asked; null where it is not known. */
  actualSuccess?: number | null;
  actualRps?: number | null;
  resource?: string;
  authority?: string;
}

/** Attempts of a route that went to one backend. */
export interface SentBackend extends Traffic {
  name: string;
  port: string;
  /** Part of all attempts, 0 to 1. */
  share: number | null;
}

/** What a workload sends by one route: what it asked for, and what was sent for it, retries included. */
export interface SentRoute extends Traffic {
  resource: string;
  service: string;
  port: string;
  route: string;
  kind: string;
  timeouts: number | null;
  /** Part of what was sent that was sent again, 0 to 1. */
  retries: number | null;
  sentSuccess: number | null;
  sentRps: number | null;
  backends: SentBackend[];
}

export interface Policy {
  kind: string;
  name: string;
  namespace: string;
  summary: string;
  yaml?: string;
}

export interface WorkloadDetail {
  summary: WorkloadRow;
  inbound: PeerEdge[];
  outbound: PeerEdge[];
  pods: PodRow[];
  routes: RouteRow[];
  /** What it sends itself, by route and backend. */
  sent?: SentRoute[];
  tcp: { connections: number | null; readBytesRate: number | null; writeBytesRate: number | null } | null;
  policies: Policy[];
  edges: GraphEdge[];
}

export interface AuthzRow {
  server: string | null;
  route: string | null;
  authorization: string | null;
  client: string | null;
  allowedRps: number | null;
  deniedRps: number | null;
  success: number | null;
}

export interface Authz {
  rows: AuthzRow[];
  policies: Policy[];
}

export interface ComponentPod {
  name: string;
  status: string;
  ready: boolean;
  restarts?: number;
  uptime?: number | null;
  version?: string | null;
  node?: string | null;
}

export interface ControlPlane {
  components: { name: string; namespace: string; ready: number; replicas: number; version: string | null; pods: ComponentPod[] }[];
  dataPlane: { proxies: number; versions: Record<string, number> };
}

export interface CheckResult {
  category: string;
  description: string;
  hint: string | null;
  error: string | null;
  warning: boolean;
}

export interface CheckReport {
  success: boolean;
  results: CheckResult[];
}

export interface GatewayRow {
  namespace: string;
  name: string;
  clusterName: string;
  pairedServices: number;
  alive: boolean;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export interface Extension {
  name: string;
  namespace: string;
  version: string | null;
  readyPods: number;
  pods: number;
  uri: string | null;
}

export interface Session {
  login: 'none' | 'password' | 'oidc';
  /** Null or empty: nobody is logged in. */
  user: string | null;
  roles: string[];
  csrf: string;
  locale: string | null;
  /** Where Grafana and Jaeger are, if they are configured. */
  links?: { grafana: string | null; jaeger: string | null; grafanaPrefix?: string };
}

export type Points = [number, number | null][];
