import { succeeded, tlsBetween, type Call } from './event';
import { label } from './top';

/** What to tap: the form's fields, the page's query and the WebSocket's first message. */
export interface TapQuery {
  namespace: string;
  resource: string;
  toNamespace: string;
  toResource: string;
  method: string;
  scheme: string;
  authority: string;
  path: string;
  maxRps: string;
  extract: boolean;
}

export const emptyQuery = (): TapQuery => ({
  namespace: '', resource: '', toNamespace: '', toResource: '', method: '', scheme: '', authority: '', path: '', maxRps: '', extract: false,
});

export function queryFromParams(params: URLSearchParams): TapQuery {
  const read = (...names: string[]): string => names.map((name) => params.get(name)).find((value) => value) ?? '';
  return {
    namespace: read('namespace'),
    resource: read('resource'),
    toNamespace: read('to_namespace', 'toNamespace'),
    toResource: read('to_resource', 'toResource'),
    method: read('method').toUpperCase(),
    scheme: read('scheme').toLowerCase(),
    authority: read('authority'),
    path: read('path'),
    maxRps: /^\d+(\.\d+)?$/.test(read('maxRps', 'max_rps')) ? read('maxRps', 'max_rps') : '',
    extract: read('extract') === 'true',
  };
}

export function queryToParams(query: TapQuery): Record<string, string | null> {
  return {
    namespace: query.namespace, resource: query.resource, to_namespace: query.toNamespace, to_resource: query.toResource, method: query.method,
    scheme: query.scheme, authority: query.authority, path: query.path, maxRps: query.maxRps, extract: query.extract ? 'true' : null,
  };
}

/** An argument as a POSIX shell reads it. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The command that shows the same. */
export function command(query: TapQuery, verb: 'tap' | 'top' | 'routes' | 'stat' = 'tap'): string {
  const words = ['linkerd viz', verb, quote(query.resource || (verb === 'stat' ? 'deployment' : `namespace/${query.namespace || 'default'}`))];
  const flag = (name: string, value: string): void => {
    if (value) words.push(name, quote(value));
  };
  if (query.resource && !query.resource.startsWith('namespace/') && query.resource !== 'namespace') flag('--namespace', query.namespace);
  flag('--to', query.toResource);
  if (query.toNamespace && query.toNamespace !== query.namespace && query.toResource) flag('--to-namespace', query.toNamespace);
  if (verb === 'tap' || verb === 'top') {
    flag('--method', query.method);
    flag('--scheme', query.scheme);
    flag('--authority', query.authority);
    flag('--path', query.path);
    if (query.maxRps && query.maxRps !== '100') flag('--max-rps', query.maxRps);
    if (query.extract && verb === 'tap') words.push('-o', 'json');
  }
  return words.join(' ');
}

/** The first message of the tap WebSocket. */
export function request(query: TapQuery): Record<string, unknown> {
  return {
    id: 'dashboard',
    resource: query.resource || `namespace/${query.namespace}`,
    namespace: query.namespace,
    toResource: query.toResource,
    toNamespace: query.toResource ? query.toNamespace || query.namespace : query.toNamespace,
    method: query.method,
    scheme: query.scheme,
    authority: query.authority,
    path: query.path,
    maxRps: Number(query.maxRps) || 100,
    extract: query.extract,
  };
}

type Test = (call: Call) => boolean;

/** A filter line that was understood, and the words that were not. */
export interface Filter {
  matches: Test;
  bad: string[];
}

const fields: Record<string, (call: Call) => string> = {
  method: (call) => call.method,
  path: (call) => call.path,
  authority: (call) => call.authority,
  route: (call) => call.route,
  src: (call) => `${label(call.source)} ${call.source.pod} ${call.source.address}`,
  dst: (call) => `${label(call.destination)} ${call.destination.pod} ${call.destination.address}`,
  direction: (call) => call.direction,
  grpc: (call) => call.grpcStatus ?? '',
};

/**
 * Reads a filter such as `method:post path:/api status:>=500 latency:>20ms -src:vote-bot error`. Words without a field look in path,
 * authority and both ends; `error` and `ok` ask for the outcome; a minus in front turns a word around. All words must hold.
 */
export function parseFilter(text: string): Filter {
  const tests: Test[] = [];
  const bad: string[] = [];
  for (const word of text.match(/"[^"]*"|\S+/g) ?? []) {
    const negative = word.startsWith('-') && word.length > 1;
    const body = (negative ? word.slice(1) : word).replaceAll('"', '');
    const test = parseWord(body);
    if (!test) bad.push(word);
    else tests.push(negative ? (call) => !test(call) : test);
  }
  return { matches: (call) => tests.every((test) => test(call)), bad };
}

function parseWord(word: string): Test | null {
  if (word === 'error') return (call) => succeeded(call) === false;
  if (word === 'ok') return (call) => succeeded(call) === true;
  const match = /^([a-z]+)(:|>=|<=|>|<|=)(.*)$/.exec(word);
  if (match && (match[1]! in fields || match[1] === 'status' || match[1] === 'latency' || match[1] === 'tls')) {
    const [, field, sign, rest] = match as unknown as [string, string, string, string];
    const operator = sign === ':' ? (/^(>=|<=|>|<)/.exec(rest)?.[0] ?? '=') : sign;
    const value = sign === ':' ? rest.replace(/^(>=|<=|>|<)/, '') : rest;
    if (value === '') return null;
    if (field === 'status') {
      const family = /^([1-5])xx$/i.exec(value);
      if (family) return (call) => call.status !== null && Math.floor(call.status / 100) === Number(family[1]);
      return /^\d+$/.test(value) ? compare(operator, Number(value), (call) => call.status) : null;
    }
    if (field === 'latency') {
      const parts = /^(\d+(?:\.\d+)?)(us|µs|ms|s)?$/.exec(value);
      if (!parts) return null;
      const scale = { us: 0.001, 'µs': 0.001, ms: 1, s: 1000 }[parts[2] ?? 'ms'] ?? 1;
      return compare(operator, Number(parts[1]) * scale, (call) => call.duration ?? call.latency);
    }
    if (field === 'tls') {
      const wanted = value === 'true' || value === 'yes';
      return (call) => (tlsBetween(call) === 'true') === wanted;
    }
    const read = fields[field]!;
    const needle = value.toLowerCase();
    return (call) => read(call).toLowerCase().includes(needle);
  }
  const needle = word.toLowerCase();
  return (call) => [call.path, call.authority, fields.src!(call), fields.dst!(call)].some((value) => value.toLowerCase().includes(needle));
}

function compare(operator: string, value: number, read: (call: Call) => number | null): Test {
  return (call) => {
    const found = read(call);
    if (found === null) return false;
    switch (operator) {
      case '>': return found > value;
      case '<': return found < value;
      case '>=': return found >= value;
      case '<=': return found <= value;
      default: return found === value;
    }
  };
}
