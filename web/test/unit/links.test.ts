import { describe, expect, it } from 'vitest';
import { grafanaLink, jaegerLink, kinds, parseId, parsePath, plural, tapLink, workloadLink } from '../../src/lib/links';

describe("paths are those of Linkerd's dashboard", () => {
  it.each(['namespaces', 'tap', 'top', 'routes', 'controlplane', 'gateways', 'extensions', 'community'])('/%s', (page) => expect(parsePath(`/${page}`)).toEqual({ page }));
  it.each(kinds)('/namespaces/:ns/%s', (kind) => {
    expect(parsePath(`/namespaces/emojivoto/${plural(kind)}`)).toEqual({ page: 'namespace', namespace: 'emojivoto', kind });
    expect(parsePath(`/namespaces/emojivoto/${plural(kind)}/web`)).toEqual({ page: 'workload', namespace: 'emojivoto', kind, name: 'web' });
  });
  it('a namespace', () => expect(parsePath('/namespaces/emojivoto')).toEqual({ page: 'namespace', namespace: 'emojivoto' }));
  it('the dialog of service profiles', () => expect(parsePath('/profiles/new')).toEqual({ page: 'profile' }));
  it.each([['/', '/namespaces'], ['/overview', '/namespaces'], ['/servicemesh', '/controlplane']])('%s leads to %s', (path, to) => expect(parsePath(path)).toEqual({ page: 'redirect', to }));
  it.each(['/nothing', '/tap/x', '/namespaces/a/widgets', '/namespaces/a/pods/b/c', '/profiles'])('%s is missing', (path) => expect(parsePath(path)).toEqual({ page: 'missing' }));
  it('a broken escape is taken as it is', () => expect(parsePath('/namespaces/%zz')).toEqual({ page: 'namespace', namespace: '%zz' }));
});

describe('links lead back', () => {
  const target = { namespace: 'a b', kind: 'statefulset', name: 'x/y?z' };
  it('to the workload, whatever its name', () => expect(parsePath(workloadLink(target)!)).toEqual({ page: 'workload', ...target }));
  it('to nothing for what has no page', () => expect(workloadLink({ namespace: '', kind: 'external', name: 'internet' })).toBeNull());
  it('to a tap', () => expect(new URLSearchParams(tapLink(target).split('?')[1]).get('resource')).toBe('statefulset/x/y?z'));
  it('an id has three parts', () => expect(parseId('ns/deployment/web')).toEqual({ namespace: 'ns', kind: 'deployment', name: 'web' }));
});

describe('links to others', () => {
  const target = { namespace: 'n', kind: 'deployment', name: 'web' };
  it('are there when the others are', () => {
    expect(grafanaLink('https://grafana.example/g/', target, 'team-')).toBe('https://grafana.example/g/d/team-linkerd-deployment?var-namespace=n&var-deployment=web');
    expect(grafanaLink('https://grafana.example/', target)).toBe('https://grafana.example/d/linkerd-deployment?var-namespace=n&var-deployment=web');
    expect(jaegerLink('/jaeger', target)).toMatch(/^\/jaeger\/search\?service=linkerd-proxy/);
  });
  it.each([null, undefined, '', 'javascript:alert(1)'])('are not for %s', (base) => {
    expect(grafanaLink(base, target)).toBeNull();
    expect(jaegerLink(base, target)).toBeNull();
  });
});
