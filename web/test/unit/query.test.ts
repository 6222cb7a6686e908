import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/lib/tap/event';
import { command, emptyQuery, parseFilter, queryFromParams, queryToParams, quote, request } from '../../src/lib/tap/query';

describe('the page\'s query', () => {
  it('is read as the original wrote it', () => {
    expect(queryFromParams(new URLSearchParams('namespace=emojivoto&resource=deployment/web&to_resource=deployment/voting&method=post&maxRps=5'))).toEqual({
      ...emptyQuery(), namespace: 'emojivoto', resource: 'deployment/web', toResource: 'deployment/voting', method: 'POST', maxRps: '5',
    });
  });
  it('comes back from what it is written as', () => {
    const query = { ...emptyQuery(), namespace: 'a', toNamespace: 'b', toResource: 'deployment/x', path: '/p?q=1', extract: true };
    const params = new URLSearchParams(Object.entries(queryToParams(query)).filter((entry): entry is [string, string] => Boolean(entry[1])));
    expect(queryFromParams(params)).toEqual(query);
  });
  it('takes no rate that is none', () => expect(queryFromParams(new URLSearchParams('maxRps=lots')).maxRps).toBe(''));
});

describe('the command', () => {
  it.each([
    [{ namespace: 'emojivoto' }, 'linkerd viz tap namespace/emojivoto'],
    [{ namespace: 'emojivoto', resource: 'deployment/web' }, 'linkerd viz tap deployment/web --namespace emojivoto'],
    [{ namespace: 'emojivoto', resource: 'deployment/web', toResource: 'deployment/voting', toNamespace: 'emojivoto', method: 'POST', path: '/a b' }, "linkerd viz tap deployment/web --namespace emojivoto --to deployment/voting --method POST --path '/a b'"],
    [{ namespace: 'a', resource: 'deployment/web', toResource: 'deployment/x', toNamespace: 'b', maxRps: '5', extract: true }, 'linkerd viz tap deployment/web --namespace a --to deployment/x --to-namespace b --max-rps 5 -o json'],
  ])('%j', (part, text) => expect(command({ ...emptyQuery(), ...part })).toBe(text));
  it.each([['a/b-c.d:1', 'a/b-c.d:1'], ['a b', "'a b'"], ["it's", `'it'\\''s'`], ['$(rm)', "'$(rm)'"], ['', "''"]])('%s is quoted as %s', (text, quoted) => expect(quote(text)).toBe(quoted));
});

describe('the first message', () => {
  it('names the namespace when no workload is chosen, and a limit always', () =>
    expect(request({ ...emptyQuery(), namespace: 'emojivoto' })).toMatchObject({ resource: 'namespace/emojivoto', namespace: 'emojivoto', maxRps: 100, extract: false }));
  it("looks for the destination in the source's namespace", () =>
    expect(request({ ...emptyQuery(), namespace: 'a', resource: 'deployment/web', toResource: 'deployment/x' })).toMatchObject({ toNamespace: 'a' }));
});

describe('the filter', () => {
  const endpoint = (owner: string) => ({ address: '10.0.0.1:80', namespace: 'n', owner, pod: `${owner.split('/')[1]}-abc`, tls: 'true', labels: {} });
  const call = {
    direction: 'OUTBOUND', source: endpoint('deployment/web'), destination: endpoint('deployment/voting'), route: 'VoteDoughnut', method: 'POST', path: '/api/vote', authority: 'voting:8080',
    status: 200, grpcStatus: '2', reset: null, latency: 12, duration: 25, done: true,
  } as unknown as Call;
  it.each([
    ['', true], ['vote', true], ['nothing', false], ['method:post', true], ['method:get', false], ['-method:get', true], ['path:/api src:web', true], ['src:voting', false], ['dst:voting-abc', true],
    ['status:200', true], ['status:2xx', true], ['status:>=500', false], ['status<300', true], ['latency:>20ms', true], ['latency>0.1s', false], ['latency:<=25', true], ['error', true], ['ok', false], ['-ok', true], ['grpc:2', true], ['tls:true', true], ['tls:no', false], ['"api/vote"', true],
  ])('%s: %s', (text, expected) => {
    const filter = parseFilter(text);
    expect(filter.bad).toEqual([]);
    expect(filter.matches(call)).toBe(expected);
  });
  it('names the words that it does not understand, and goes by the others', () => {
    const filter = parseFilter('status:many path:/api latency:soon method:');
    expect(filter.bad).toEqual(['status:many', 'latency:soon', 'method:']);
    expect(filter.matches(call)).toBe(true);
  });
});
