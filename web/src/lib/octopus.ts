import type { Target } from './links';
import type { GraphEdge, GraphNode, PeerEdge, TopologyData, WorkloadDetail } from './types';

/** A workload between its callers and what it calls. Who is both appears on both sides. */
export function octopus(target: Target, detail: Pick<WorkloadDetail, 'summary' | 'inbound' | 'outbound'>): TopologyData {
  const self = `${target.namespace}/${target.kind}/${target.name}`;
  const { summary } = detail;
  const nodes: GraphNode[] = [{ id: self, ...target, meshed: summary.meshedPods > 0, success: summary.success, rps: summary.rps, p99: summary.p99 ?? null }];
  const edges: GraphEdge[] = [];
  const seen = new Set([self]);
  const add = (edge: PeerEdge, other: string, side: 'in' | 'out'): void => {
    if (other === self) return;
    // The same peer on the other side is drawn again, under an id of its own.
    const id = seen.has(other) ? `${other}\u200b` : other;
    if (seen.has(id)) return;
    seen.add(id);
    const { peer } = edge;
    nodes.push({ id, namespace: peer.namespace, kind: peer.kind, name: peer.name, meshed: peer.meshed, success: peer.success, rps: peer.rps, p99: peer.p99 ?? null });
    const { peer: _, ...plain } = edge;
    edges.push(side === 'in' ? { ...plain, src: id, dst: self } : { ...plain, src: self, dst: id });
  };
  for (const edge of detail.inbound) add(edge, edge.src, 'in');
  for (const edge of detail.outbound) add(edge, edge.dst, 'out');
  return { nodes, edges };
}
