import type { GraphEdge, TopologyData } from './types';

/** A place where failures begin, and the way they take up to the caller that suffers. */
export interface Trouble {
  /** The workload whose answers fail and that itself calls nothing that fails. */
  origin: string;
  /** From the outermost caller to the origin. */
  path: string[];
  /** Share of successes on the last edge of the path. */
  success: number;
}

const failing = (edge: GraphEdge): boolean => edge.success !== null && edge.success < 0.99 && (edge.rps ?? 0) > 0;

/**
 * Follows failing edges down to where they end. A workload that fails only because what it calls fails is on the way, not the cause.
 * Worst first.
 */
export function findTrouble(data: TopologyData): Trouble[] {
  const bad = data.edges.filter((edge) => failing(edge) && edge.src !== edge.dst);
  const outgoing = group(bad, (edge) => edge.src);
  const incoming = group(bad, (edge) => edge.dst);
  const found: Trouble[] = [];
  for (const [target, edges] of incoming) {
    // Failures go on from here when something that it calls fails too.
    if (outgoing.has(target)) continue;
    const worst = edges.reduce((left, right) => ((right.success ?? 1) < (left.success ?? 1) ? right : left));
    found.push({ origin: target, path: walkUp(worst, incoming), success: worst.success ?? 0 });
  }
  for (const node of data.nodes) {
    const known = incoming.has(node.id) || outgoing.has(node.id);
    if (!known && node.success !== null && node.success < 0.99 && (node.rps ?? 0) > 0) found.push({ origin: node.id, path: [node.id], success: node.success });
  }
  return found.sort((left, right) => left.success - right.success);
}

function walkUp(last: GraphEdge, incoming: Map<string, GraphEdge[]>): string[] {
  const path = [last.dst];
  let at: GraphEdge | undefined = last;
  while (at && !path.includes(at.src)) {
    path.unshift(at.src);
    at = incoming.get(at.src)?.reduce((left, right) => ((right.success ?? 1) < (left.success ?? 1) ? right : left));
  }
  return path;
}

function group(edges: GraphEdge[], key: (edge: GraphEdge) => string): Map<string, GraphEdge[]> {
  const map = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    const list = map.get(key(edge));
    if (list) list.push(edge);
    else map.set(key(edge), [edge]);
  }
  return map;
}
