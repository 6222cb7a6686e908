import type { GraphEdge, WorkloadRow } from './types';

export interface Total {
  success: number | null;
  rps: number | null;
  meshedPods: number;
  runningPods: number;
  /** Edges that carry mTLS, and all of them. */
  secured: number;
  edges: number;
}

/** One line for many workloads: rates added, success weighted by them. */
export function total(workloads: WorkloadRow[], edges: GraphEdge[]): Total {
  let rps = 0;
  let good = 0;
  let meshedPods = 0;
  let runningPods = 0;
  for (const row of workloads) {
    meshedPods += row.meshedPods;
    runningPods += row.runningPods;
    if (row.rps && row.success !== null) {
      rps += row.rps;
      good += row.rps * row.success;
    }
  }
  return {
    success: rps > 0 ? good / rps : null, rps: rps > 0 ? rps : null, meshedPods, runningPods,
    secured: edges.filter((edge) => edge.secured).length, edges: edges.length,
  };
}
