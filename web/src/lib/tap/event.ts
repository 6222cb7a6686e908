/** One event of the tap stream, flat, whichever of the two JSON spellings the server uses. */
export interface TapEvent {
  phase: 'request' | 'response' | 'end';
  /** Pairs the three events of one stream of one proxy. */
  id: string;
  direction: 'INBOUND' | 'OUTBOUND' | 'UNKNOWN';
  source: Endpoint;
  destination: Endpoint;
  route: string;
  method: string;
  scheme: string;
  authority: string;
  path: string;
  status: number | null;
  grpcStatus: string | null;
  reset: string | null;
  /** Milliseconds since the request began. */
  elapsed: number | null;
  responseBytes: number | null;
  headers: [string, string][];
}

export interface Endpoint {
  address: string;
  namespace: string;
  /** `deploy/web`, else `pod/…`, else empty. */
  owner: string;
  pod: string;
  tls: string;
  labels: Record<string, string>;
}

type Json = Record<string, unknown>;
const obj = (value: unknown): Json => (value && typeof value === 'object' ? (value as Json) : {});
const str = (value: unknown): string => (value === null || value === undefined ? '' : String(value));

const owners = ['deployment', 'daemonset', 'statefulset', 'cronjob', 'job', 'k8s_job', 'replicaset', 'replicationcontroller'];

/** A protobuf duration, `"0.0015s"` or `{seconds, nanos}`, in milliseconds. */
export function durationMs(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const match = /^(-?\d+(?:\.\d+)?)s$/.exec(value);
    return match ? Number(match[1]) * 1000 : null;
  }
  const { seconds, nanos } = obj(value);
  return Number(seconds ?? 0) * 1000 + Number(nanos ?? 0) / 1e6;
}

function ip(value: unknown): string {
  if (typeof value === 'string') return value;
  const { str: text, ipv4 } = obj(value);
  if (typeof text === 'string') return text;
  if (typeof ipv4 === 'number') return [24, 16, 8, 0].map((shift) => (ipv4 >>> shift) & 255).join('.');
  return '';
}

function endpoint(address: unknown, meta: unknown): Endpoint {
  const at = obj(address);
  const labels = Object.fromEntries(Object.entries(obj(obj(at.metadata).labels ?? at.metadata ?? obj(meta).labels)).map(([key, value]) => [key, str(value)]));
  const kind = owners.find((name) => labels[name]);
  const host = ip(at.ip);
  const pod = labels.pod ?? '';
  return {
    address: at.port ? `${host.includes(':') ? `[${host}]` : host}:${str(at.port)}` : host,
    namespace: labels.namespace ?? '',
    owner: kind ? `${kind === 'k8s_job' ? 'job' : kind}/${labels[kind]}` : pod ? `pod/${pod}` : '',
    pod,
    tls: labels.tls ?? '',
    labels,
  };
}

function name(value: unknown): string {
  if (typeof value === 'string') return value;
  const { registered, unregistered } = obj(value);
  return str(registered ?? unregistered);
}

function headers(value: unknown): [string, string][] {
  const list = Array.isArray(value) ? value : obj(value).headers;
  if (!Array.isArray(list)) return [];
  return list.map((header) => {
    const { name: key, valueStr, valueBin } = obj(header);
    return [str(key), str(valueStr ?? valueBin)];
  });
}

/** The event, or null when the message is none. */
export function parseTapEvent(message: unknown): TapEvent | null {
  const event = obj(message);
  const http = obj(event.http);
  const request = event.requestInitEvent ?? http.requestInit;
  const response = event.responseInitEvent ?? http.responseInit;
  const end = event.responseEndEvent ?? http.responseEnd;
  const body = obj(request ?? response ?? end);
  if (!request && !response && !end) return null;
  const id = obj(body.id);
  const direction = str(event.proxyDirection);
  const eos = obj(body.eos);
  const grpc = body.grpcStatusCode ?? eos.grpcStatusCode;
  const reset = body.resetErrorCode ?? eos.resetErrorCode;
  const source = endpoint(event.source, event.sourceMeta);
  const destination = endpoint(event.destination, event.destinationMeta);
  return {
    phase: request ? 'request' : response ? 'response' : 'end',
    // Stream numbers are those of one proxy: the tapped end's address keeps two proxies apart.
    id: `${direction}|${source.address}|${destination.address}|${str(id.base)}:${str(id.stream)}`,
    direction: direction === 'INBOUND' || direction === 'OUTBOUND' ? direction : 'UNKNOWN',
    source,
    destination,
    route: str(obj(obj(event.routeMeta).labels ?? event.routeMeta).route),
    method: name(body.method),
    scheme: name(body.scheme).toLowerCase(),
    authority: str(body.authority),
    path: str(body.path),
    status: response && body.httpStatus !== undefined ? Number(body.httpStatus) : null,
    grpcStatus: grpc === undefined || grpc === null ? null : str(grpc),
    reset: reset === undefined || reset === null ? null : str(reset),
    elapsed: durationMs(body.sinceRequestInit),
    responseBytes: body.responseBytes === undefined ? null : Number(body.responseBytes),
    headers: headers(body.headers ?? body.trailers),
  };
}

/** How the request travelled between the proxies: each sees its own application by loopback, and its peer as it is. */
export function tlsBetween(call: Pick<Call, 'direction' | 'source' | 'destination'>): string {
  return call.direction === 'OUTBOUND' ? call.destination.tls : call.source.tls || call.destination.tls;
}

/** One request from its first event to its last. */
export interface Call {
  key: number;
  id: string;
  at: number;
  direction: TapEvent['direction'];
  source: Endpoint;
  destination: Endpoint;
  route: string;
  method: string;
  scheme: string;
  authority: string;
  path: string;
  status: number | null;
  grpcStatus: string | null;
  reset: string | null;
  /** Until the response's headers, and until its end; milliseconds. */
  latency: number | null;
  duration: number | null;
  responseBytes: number | null;
  requestHeaders: [string, string][];
  responseHeaders: [string, string][];
  trailers: [string, string][];
  done: boolean;
}

/** The names of gRPC status codes, by number. */
const grpcNames = ['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'];

export function grpcName(status: string): string {
  return /^\d+$/.test(status) ? (grpcNames[Number(status)] ?? status) : status.toUpperCase();
}

/** What Linkerd counts as a failure among gRPC's codes: the rest is an answer that the caller asked for. */
const failures = new Set(['UNKNOWN', 'DEADLINE_EXCEEDED', 'PERMISSION_DENIED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS']);

/** Null while it cannot be known yet. A gRPC status counts before the HTTP status, as in Linkerd's own figures. */
export function succeeded(call: Pick<Call, 'status' | 'grpcStatus' | 'reset' | 'done'>): boolean | null {
  if (call.reset !== null) return false;
  if (call.status !== null && call.status >= 500) return false;
  if (!call.done) return null;
  if (call.grpcStatus !== null && call.grpcStatus !== '') {
    return !failures.has(grpcName(call.grpcStatus));
  }
  return call.status === null ? null : call.status < 500;
}

/** Joins events to calls. Remembers at most `limit` calls; the oldest go first. */
export class CallLog {
  /** Newest first. */
  calls: Call[] = [];
  private readonly open = new Map<string, Call>();
  private next = 1;

  constructor(private readonly limit = 1000, private readonly now: () => number = Date.now) {}

  /** The call that the event began or belongs to; null for the end of a call that was never seen to begin. */
  add(event: TapEvent): Call | null {
    if (event.phase === 'request') {
      const call: Call = {
        key: this.next++, id: event.id, at: this.now(), direction: event.direction, source: event.source, destination: event.destination,
        route: event.route, method: event.method, scheme: event.scheme, authority: event.authority, path: event.path, status: null, grpcStatus: null,
        reset: null, latency: null, duration: null, responseBytes: null, requestHeaders: event.headers, responseHeaders: [], trailers: [], done: false,
      };
      this.open.set(event.id, call);
      this.calls.unshift(call);
      while (this.calls.length > this.limit) {
        const dropped = this.calls.pop()!;
        if (this.open.get(dropped.id) === dropped) this.open.delete(dropped.id);
      }
      return call;
    }
    const call = this.open.get(event.id);
    if (!call) return null;
    if (event.phase === 'response') {
      call.status = event.status;
      call.latency = event.elapsed;
      call.responseHeaders = event.headers;
    } else {
      call.grpcStatus = event.grpcStatus;
      call.reset = event.reset;
      call.duration = event.elapsed;
      call.responseBytes = event.responseBytes;
      call.trailers = event.headers;
      call.done = true;
      this.open.delete(event.id);
    }
    return call;
  }

  clear(): void {
    this.calls = [];
    this.open.clear();
  }
}
