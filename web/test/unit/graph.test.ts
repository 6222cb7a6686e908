import { describe, expect, it } from 'vitest';
import { findTrouble } from '../../src/lib/blame';
import { flatten, layout, lengths, type LayoutNode, type Placed } from '../../src/lib/graph/layout';
import { dotSpeed, dotsPerSecond } from '../../src/lib/graph/scene';
import { octopus } from '../../src/lib/octopus';
import type { GraphEdge, PeerEdge, WorkloadDetail } from '../../src/lib/types';

const node = (id: string): LayoutNode => ({ id, width: 100, height: 30 });
const edge = (text: string) => ({ src: text.split('>')[0]!, dst: text.split('>')[1]! });
const overlap = (a: Placed, b: Placed): boolean => Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2;

describe('layout', () => {
  it('puts callers before what they call', () => {
    const { nodes } = layout(['bot', 'web', 'emoji', 'voting'].map(node), ['bot>web', 'web>emoji', 'web>voting'].map(edge));
    const x = (id: string): number => nodes.get(id)!.x;
    expect(x('bot')).toBeLessThan(x('web'));
    expect(x('web')).toBeLessThan(x('voting'));
    expect(x('emoji')).toBe(x('voting'));
  });
  it('goes down instead, where there is no width', () => {
    const { nodes } = layout(['a', 'b'].map(node), [edge('a>b')], { direction: 'down' });
    expect(nodes.get('a')!.y).toBeLessThan(nodes.get('b')!.y);
    expect(nodes.get('a')!.x).toBe(nodes.get('b')!.x);
  });
  it('ends on cycles and self calls, and draws each edge but those', () => {
    const { routes, nodes } = layout(['a', 'b', 'c'].map(node), ['a>b', 'b>c', 'c>a', 'b>b', 'a>x'].map(edge));
    expect(routes.map((route) => `${route.src}>${route.dst}`).sort()).toEqual(['a>b', 'b>c', 'c>a']);
    expect(nodes.size).toBe(3);
  });
  it('finds an order without crossings where there is one', () => {
    const { nodes } = layout(['a', 'b', 'x', 'y'].map(node), ['a>y', 'b>x'].map(edge), {});
    expect(nodes.size).toBe(4);
    const { nodes: joined } = layout(['r', 'a', 'b', 'x', 'y'].map(node), ['r>a', 'r>b', 'a>y', 'b>x'].map(edge));
    expect(Math.sign(joined.get('a')!.y - joined.get('b')!.y)).toBe(Math.sign(joined.get('y')!.y - joined.get('x')!.y));
  });
  it('starts and ends edges at the sides of their nodes', () => {
    const { nodes, routes } = layout(['a', 'b', 'c'].map(node), ['a>b', 'b>c', 'a>c'].map(edge));
    for (const route of routes) {
      const from = nodes.get(route.src)!;
      const to = nodes.get(route.dst)!;
      expect(route.curve[0]).toBeCloseTo(from.x + from.width / 2);
      expect(route.curve.at(-2)).toBeCloseTo(to.x - to.width / 2);
      expect(Math.abs(route.curve.at(-1)! - to.y)).toBeLessThanOrEqual(to.height / 2);
    }
  });
  it('lays a hundred nodes out without overlap, the same way each time, in a moment', () => {
    let seed = 1;
    const next = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const ids = Array.from({ length: 100 }, (_, index) => `n${index}`);
    const edges = Array.from({ length: 220 }, () => ({ src: ids[Math.floor(next() * 100)]!, dst: ids[Math.floor(next() * 100)]! }));
    const first = layout(ids.map(node), edges, { nodeGap: 6 });
    const placed = [...first.nodes.values()];
    expect(placed).toHaveLength(100);
    for (let one = 0; one < placed.length; one++) for (let two = one + 1; two < placed.length; two++) expect(overlap(placed[one]!, placed[two]!)).toBe(false);
    for (const at of placed) {
      expect(at.x - at.width / 2).toBeGreaterThanOrEqual(first.bounds.x - 0.01);
      expect(at.y + at.height / 2).toBeLessThanOrEqual(first.bounds.y + first.bounds.height + 0.01);
    }
    expect(layout(ids.map(node), edges, { nodeGap: 6 })).toEqual(first);
  });
  it('frames parts that belong together, and frames do not overlap', () => {
    const { groups } = layout(['a/1', 'a/2', 'b/1', 'b/2', 'c/1', 'c/2'].map(node), ['a/1>a/2', 'b/1>b/2'].map(edge), { group: (id) => id[0]! });
    expect(groups.map((group) => group.label).sort()).toEqual(['a', 'b', 'c']);
    for (const one of groups) for (const two of groups) if (one !== two) expect(one.x < two.x + two.width && two.x < one.x + one.width && one.y < two.y + two.height && two.y < one.y + one.height).toBe(false);
  });
  it('of nothing is nothing', () => expect(layout([], []).nodes.size).toBe(0));
  it('measures curves', () => {
    const points = flatten([0, 0, 10, 0, 20, 0, 30, 0], 8);
    expect(lengths(points).at(-1)).toBeCloseTo(30);
  });
});

describe('dots', () => {
  it('are none without traffic, and never more than can be counted', () => {
    expect(dotsPerSecond(0)).toBe(0);
    expect(dotsPerSecond(null)).toBe(0);
    expect(dotsPerSecond(0.1)).toBeGreaterThan(0.3);
    expect(dotsPerSecond(1e6)).toBe(9);
  });
  it('are slower where answers are', () => expect(dotSpeed(1000)).toBeLessThan(dotSpeed(10)));
});

describe('where trouble begins', () => {
  const call = (text: string, success: number | null, rps = 1): GraphEdge => ({ ...edge(text), success, rps, secured: true });
  it('is the last that fails on the way, not those who pass it on', () => {
    const found = findTrouble({ nodes: [], edges: [call('bot>web', 0.93), call('web>voting', 0.86), call('web>emoji', 1)] });
    expect(found).toEqual([{ origin: 'voting', path: ['bot', 'web', 'voting'], success: 0.86 }]);
  });
  it('is two places when two fail, the worse first', () =>
    expect(findTrouble({ nodes: [], edges: [call('a>b', 0.9), call('c>d', 0.5)] }).map((trouble) => trouble.origin)).toEqual(['d', 'b']));
  it('is nowhere without traffic or failures', () => expect(findTrouble({ nodes: [], edges: [call('a>b', 1), call('b>c', 0, 0), call('c>d', null)] })).toEqual([]));
  it('is a workload itself when its callers are not known', () =>
    expect(findTrouble({ nodes: [{ id: 'n/deployment/x', namespace: 'n', kind: 'deployment', name: 'x', meshed: true, success: 0.5, rps: 1 }], edges: [] })).toEqual([{ origin: 'n/deployment/x', path: ['n/deployment/x'], success: 0.5 }]));
  it('ends on a circle of failures', () => expect(findTrouble({ nodes: [], edges: [call('a>b', 0.5), call('b>a', 0.5), call('b>c', 0.5)] })[0]).toMatchObject({ origin: 'c', path: ['a', 'b', 'c'] }));
});

describe('the octopus', () => {
  const peer = { namespace: 'n', kind: 'deployment', name: 'p', meshed: true, success: 1, rps: 1, p50: 1, p95: 1, p99: 1 };
  const one = (src: string, dst: string): PeerEdge => ({ src, dst, rps: 1, success: 1, secured: true, peer });
  it('shows who calls and is called on both sides', () => {
    const target = { namespace: 'n', kind: 'deployment', name: 'x' };
    const summary = { ...target, meshedPods: 1, runningPods: 1, success: 1, rps: 1 } as WorkloadDetail['summary'];
    const { nodes, edges } = octopus(target, { summary, inbound: [one('n/deployment/p', 'n/deployment/x')], outbound: [one('n/deployment/x', 'n/deployment/p'), one('n/deployment/x', 'n/deployment/x')] });
    expect(nodes).toHaveLength(3);
    expect(edges).toHaveLength(2);
    expect(edges[0]!.src).not.toBe(edges[1]!.dst);
  });
});
