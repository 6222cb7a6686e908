import { describe, expect, it } from 'vitest';
import { CallLog, durationMs, grpcName, parseTapEvent, succeeded, tlsBetween, type Call, type TapEvent } from '../../src/lib/tap/event';
import { TopTable } from '../../src/lib/tap/top';

const end = (deployment: string, port: number) => ({ ip: '10.0.0.1', port, metadata: { namespace: 'emojivoto', deployment, pod: `${deployment}-1`, tls: 'true' } });
const base = { source: end('web', 4000), destination: end('voting', 8080), routeMeta: { route: 'VoteDoughnut' }, proxyDirection: 'OUTBOUND' };
const id = { base: 1, stream: '7' };
const request = { ...base, requestInitEvent: { id, method: 'POST', scheme: 'HTTP', authority: 'voting-svc:8080', path: '/VoteDoughnut', headers: [{ name: 'a', valueStr: 'b' }] } };
const response = { ...base, responseInitEvent: { id, sinceRequestInit: { seconds: 0, nanos: 3_400_000 }, httpStatus: 200 } };
const ended = { ...base, responseEndEvent: { id, sinceRequestInit: { seconds: 1, nanos: 500_000_000 }, responseBytes: '12', grpcStatusCode: 2 } };

describe('events', () => {
  it('a request as the command line spells it', () => {
    expect(parseTapEvent(request)).toMatchObject({
      phase: 'request', direction: 'OUTBOUND', method: 'POST', scheme: 'http', path: '/VoteDoughnut', route: 'VoteDoughnut', headers: [['a', 'b']],
      source: { address: '10.0.0.1:4000', namespace: 'emojivoto', owner: 'deployment/web', pod: 'web-1', tls: 'true' },
    });
  });
  it("the same as protobuf's JSON", () => {
    const event = parseTapEvent({
      source: { ip: { ipv4: 167_772_161 }, port: 4000 }, sourceMeta: { labels: { deployment: 'web', namespace: 'emojivoto' } }, destination: { ip: { str: 'fe80::1' }, port: 80 },
      routeMeta: { labels: { route: 'x' } }, proxyDirection: 'INBOUND',
      http: { requestInit: { id, method: { registered: 'GET' }, scheme: { registered: 'HTTPS' }, path: '/', headers: { headers: [{ name: 'k', valueStr: 'v' }] } } },
    });
    expect(event).toMatchObject({ method: 'GET', scheme: 'https', route: 'x', headers: [['k', 'v']], source: { address: '10.0.0.1:4000', owner: 'deployment/web' }, destination: { address: '[fe80::1]:80', owner: '' } });
  });
  it.each([null, 1, 'x', {}, [], { requestInit: {} }])('%j is none', (message) => expect(parseTapEvent(message)).toBeNull());
  it.each([[{ seconds: 1, nanos: 500_000 }, 1000.5], ['0.0034s', 3.4], [7, 7], [null, null], ['soon', null]])('a duration of %j', (value, ms) => expect(durationMs(value)).toBe(ms));
  it.each([['0', 'OK'], ['2', 'UNKNOWN'], ['99', '99'], ['internal', 'INTERNAL']])('gRPC status %s is %s', (status, name) => expect(grpcName(status)).toBe(name));
});

describe('calls', () => {
  const events = [request, response, ended].map((message) => parseTapEvent(message)!);
  it('are joined from their events', () => {
    const log = new CallLog(10, () => 42);
    for (const event of events) log.add(event);
    expect(log.calls).toHaveLength(1);
    expect(log.calls[0]).toMatchObject({ at: 42, status: 200, latency: 3.4, duration: 1500, responseBytes: 12, grpcStatus: '2', done: true });
  });
  it('of two proxies with the same stream number stay apart', () => {
    const log = new CallLog();
    log.add(events[0]!);
    log.add({ ...events[0]!, id: events[0]!.id.replace('OUTBOUND', 'INBOUND') });
    expect(log.calls).toHaveLength(2);
  });
  it('without a beginning are left out', () => expect(new CallLog().add(events[2]!)).toBeNull());
  it('are no more than the limit, and the newest stay', () => {
    const log = new CallLog(3);
    for (let stream = 0; stream < 10; stream++) log.add({ ...events[0]!, id: String(stream), path: `/${stream}` });
    expect(log.calls.map((call) => call.path)).toEqual(['/9', '/8', '/7']);
    expect(log.add({ ...events[1]!, id: '0' })).toBeNull();
  });
});

describe('outcome', () => {
  const call = (part: Partial<Call>) => succeeded({ status: 200, grpcStatus: null, reset: null, done: true, ...part });
  it.each([
    [{}, true], [{ status: 404 }, true], [{ status: 503 }, false], [{ status: 503, done: false }, false], [{ done: false }, null], [{ status: null }, null],
    [{ grpcStatus: '0' }, true], [{ grpcStatus: '2' }, false], [{ grpcStatus: '5' }, true], [{ grpcStatus: '14' }, false], [{ reset: 'CANCEL' }, false],
  ] as [Partial<Call>, boolean | null][])('%j', (part, expected) => expect(call(part)).toBe(expected));
});

describe('top', () => {
  const made = (path: string, duration: number, grpcStatus: string, source = 'web'): Call => {
    const event = parseTapEvent(request) as TapEvent;
    return { ...event, key: 0, at: duration, path, source: { ...event.source, owner: `deployment/${source}` }, status: 200, grpcStatus, latency: duration, duration, requestHeaders: [], responseHeaders: [], trailers: [], done: true };
  };
  it('counts calls of one kind in one row', () => {
    const table = new TopTable();
    for (const one of [made('/a', 5, '0'), made('/a', 1, '2'), made('/a', 3, '0'), made('/b', 9, '0')]) table.add(one);
    expect([...table.rows.values()]).toMatchObject([{ path: '/a', count: 3, good: 2, bad: 1, best: 1, worst: 5, last: 3 }, { path: '/b', count: 1 }]);
  });
  it('can leave sources out and count by route', () => {
    const table = new TopTable({ hideSources: true, byRoute: true });
    table.add(made('/a', 1, '0', 'web'));
    table.add(made('/b', 1, '0', 'vote-bot'));
    expect([...table.rows.values()]).toMatchObject([{ source: '', route: 'VoteDoughnut', count: 2 }]);
  });
  it('forgets the least recent row beyond the limit', () => {
    const table = new TopTable({ limit: 2 });
    for (const one of [made('/a', 1, '0'), made('/b', 2, '0'), made('/a', 3, '0'), made('/c', 4, '0')]) table.add(one);
    expect([...table.rows.values()].map((row) => row.path)).toEqual(['/a', '/c']);
  });
});

describe('tlsBetween', () => {
  const end = (tls: string) => ({ tls }) as Call['source'];
  it('looks at the peer of the proxy that saw the request', () => {
    expect(tlsBetween({ direction: 'OUTBOUND', source: end('loopback'), destination: end('true') })).toBe('true');
    expect(tlsBetween({ direction: 'OUTBOUND', source: end('true'), destination: end('') })).toBe('');
    expect(tlsBetween({ direction: 'INBOUND', source: end('no_identity'), destination: end('loopback') })).toBe('no_identity');
  });
});
