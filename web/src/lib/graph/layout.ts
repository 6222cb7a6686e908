/** A layered layout of directed graphs, made for meshes: callers first, what they call after them, few crossings, short edges. */

export interface LayoutNode {
  id: string;
  /** Extent along the layer's axis and across it, in world units. */
  width: number;
  height: number;
}

export interface LayoutEdge {
  src: string;
  dst: string;
}

export interface Placed {
  id: string;
  /** Centre. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Route {
  src: string;
  dst: string;
  /** Cubic Bézier pieces end to end: x0 y0, then six numbers for each. */
  curve: number[];
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  nodes: Map<string, Placed>;
  routes: Route[];
  groups: (Box & { label: string })[];
  bounds: Box;
}

export interface LayoutOptions {
  /** `right`: layers are columns. `down`: layers are rows. */
  direction?: 'right' | 'down';
  /** Between layers. */
  layerGap?: number;
  /** Between neighbours of a layer. */
  nodeGap?: number;
  /** Components with one group are framed and carry its label. */
  group?: (id: string) => string;
  /** Wanted width ÷ height of the whole; components are packed towards it. */
  aspect?: number;
}

interface Item {
  id: string;
  layer: number;
  /** Extent along the flow and across it. */
  along: number;
  across: number;
  pos: number;
  dummy: boolean;
  before: Item[];
  after: Item[];
}

interface Component {
  label: string;
  placed: Map<string, { along: number; across: number; item: Item }>;
  chains: { src: string; dst: string; items: Item[] }[];
  layerAt: number[];
  length: number;
  breadth: number;
}

export function layout(nodes: LayoutNode[], edges: LayoutEdge[], options: LayoutOptions = {}): Layout {
  const { direction = 'right', layerGap = 84, nodeGap = 18, group, aspect = 1.6 } = options;
  const known = new Map(nodes.map((node) => [node.id, node]));
  const real = edges.filter((edge) => edge.src !== edge.dst && known.has(edge.src) && known.has(edge.dst));
  const extent = (node: LayoutNode): [number, number] => (direction === 'right' ? [node.width, node.height] : [node.height, node.width]);

  const parts: Component[] = components(nodes, real).map((ids) => {
    const inside = new Set(ids);
    return layered(
      ids.map((id) => known.get(id)!), real.filter((edge) => inside.has(edge.src)), extent, layerGap, nodeGap, common(ids, group),
    );
  });
  return pack(parts, known, direction, aspect, group !== undefined);
}

const common = (ids: string[], group?: (id: string) => string): string => {
  if (!group) return '';
  const first = group(ids[0] ?? '');
  return ids.every((id) => group(id) === first) ? first : '';
};

/** Weakly connected parts, the biggest first; nodes without edges of one sort come together at the end. */
function components(nodes: LayoutNode[], edges: LayoutEdge[]): string[][] {
  const parent = new Map(nodes.map((node) => [node.id, node.id]));
  const find = (id: string): string => {
    let at = id;
    while (parent.get(at) !== at) {
      parent.set(at, parent.get(parent.get(at)!)!);
      at = parent.get(at)!;
    }
    return at;
  };
  for (const edge of edges) parent.set(find(edge.src), find(edge.dst));
  const parts = new Map<string, string[]>();
  for (const node of nodes) {
    const root = find(node.id);
    const list = parts.get(root);
    if (list) list.push(node.id);
    else parts.set(root, [node.id]);
  }
  return [...parts.values()].sort((left, right) => right.length - left.length || (left[0]! < right[0]! ? -1 : 1));
}

function layered(
  nodes: LayoutNode[], edges: LayoutEdge[], extent: (node: LayoutNode) => [number, number], layerGap: number, nodeGap: number, label: string,
): Component {
  const items = new Map<string, Item>();
  for (const node of nodes) {
    const [along, across] = extent(node);
    items.set(node.id, { id: node.id, layer: 0, along, across, pos: 0, dummy: false, before: [], after: [] });
  }
  const forward = acyclic(nodes, edges);
  rankLayers(items, forward);

  // An edge over several layers gets a place in each, so that it runs between the nodes and not under them.
  const all = [...items.values()];
  const chains: Component['chains'] = [];
  for (const { src, dst, flipped } of forward) {
    const from = items.get(src)!;
    const to = items.get(dst)!;
    const chain = [from];
    for (let layer = from.layer + 1; layer < to.layer; layer++) {
      const dummy: Item = { id: '', layer, along: 0, across: 4, pos: 0, dummy: true, before: [], after: [] };
      all.push(dummy);
      chain.push(dummy);
    }
    chain.push(to);
    for (let index = 1; index < chain.length; index++) {
      chain[index - 1]!.after.push(chain[index]!);
      chain[index]!.before.push(chain[index - 1]!);
    }
    chains.push(flipped ? { src: dst, dst: src, items: chain.slice().reverse() } : { src, dst, items: chain });
  }

  const count = Math.max(0, ...all.map((item) => item.layer)) + 1;
  const layers: Item[][] = Array.from({ length: count }, () => []);
  for (const item of all) layers[item.layer]!.push(item);
  order(layers);
  place(layers, nodeGap);

  const layerAt: number[] = [];
  let along = 0;
  for (const layer of layers) {
    const thick = Math.max(0, ...layer.map((item) => item.along));
    layerAt.push(along + thick / 2);
    along += thick + layerGap;
  }
  const low = Math.min(...all.map((item) => item.pos - item.across / 2));
  const high = Math.max(...all.map((item) => item.pos + item.across / 2));
  for (const item of all) item.pos -= low;
  const placed: Component['placed'] = new Map();
  for (const item of items.values()) placed.set(item.id, { along: layerAt[item.layer]!, across: item.pos, item });
  return { label, placed, chains, layerAt, length: Math.max(0, along - layerGap), breadth: high - low };
}

/** Edges turned so that there is no cycle: what a depth-first walk from the sources meets again on its way is flipped. */
function acyclic(nodes: LayoutNode[], edges: LayoutEdge[]): { src: string; dst: string; flipped: boolean }[] {
  const seen = new Set<string>();
  const unique: LayoutEdge[] = [];
  for (const edge of edges) {
    const key = `${edge.src}\n${edge.dst}`;
    if (!seen.has(key)) {
      seen.add(key);
      unique.push(edge);
    }
  }
  const out = new Map<string, LayoutEdge[]>(nodes.map((node) => [node.id, []]));
  const fanIn = new Map<string, number>(nodes.map((node) => [node.id, 0]));
  for (const edge of unique) {
    out.get(edge.src)!.push(edge);
    fanIn.set(edge.dst, fanIn.get(edge.dst)! + 1);
  }
  const state = new Map<string, 'open' | 'done'>();
  const result: { src: string; dst: string; flipped: boolean }[] = [];
  const starts = nodes.slice().sort((left, right) => fanIn.get(left.id)! - fanIn.get(right.id)! || (left.id < right.id ? -1 : 1));
  for (const start of starts) {
    if (state.has(start.id)) continue;
    const stack: { id: string; next: number }[] = [{ id: start.id, next: 0 }];
    state.set(start.id, 'open');
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const edge = out.get(top.id)![top.next++];
      if (!edge) {
        state.set(top.id, 'done');
        stack.pop();
        continue;
      }
      const back = state.get(edge.dst) === 'open';
      result.push(back ? { src: edge.dst, dst: edge.src, flipped: true } : { src: edge.src, dst: edge.dst, flipped: false });
      if (!state.has(edge.dst)) {
        state.set(edge.dst, 'open');
        stack.push({ id: edge.dst, next: 0 });
      }
    }
  }
  return result;
}

/** The longest way from a source; then nodes move towards what they call, so that edges are short. */
function rankLayers(items: Map<string, Item>, edges: { src: string; dst: string }[]): void {
  const after = new Map<string, string[]>();
  const waiting = new Map<string, number>();
  for (const id of items.keys()) {
    after.set(id, []);
    waiting.set(id, 0);
  }
  for (const edge of edges) {
    after.get(edge.src)!.push(edge.dst);
    waiting.set(edge.dst, waiting.get(edge.dst)! + 1);
  }
  const ready = [...items.keys()].filter((id) => waiting.get(id) === 0);
  const sorted: string[] = [];
  while (ready.length > 0) {
    const id = ready.pop()!;
    sorted.push(id);
    for (const next of after.get(id)!) {
      items.get(next)!.layer = Math.max(items.get(next)!.layer, items.get(id)!.layer + 1);
      waiting.set(next, waiting.get(next)! - 1);
      if (waiting.get(next) === 0) ready.push(next);
    }
  }
  for (const id of sorted.reverse()) {
    const next = after.get(id)!;
    const hasBefore = edges.some((edge) => edge.dst === id);
    if (next.length > 0 && !hasBefore) items.get(id)!.layer = Math.min(...next.map((target) => items.get(target)!.layer)) - 1;
  }
}

/** Barycentre sweeps down and up, then swaps of neighbours while they remove crossings. The best order found is kept. */
function order(layers: Item[][]): void {
  const index = (layer: Item[]): void => layer.forEach((item, at) => (item.pos = at));
  layers.forEach(index);
  let best = layers.map((layer) => layer.slice());
  let least = crossings(layers);
  for (let sweep = 0; sweep < 16 && least > 0; sweep++) {
    const down = sweep % 2 === 0;
    for (let step = 1; step < layers.length; step++) {
      const layer = layers[down ? step : layers.length - 1 - step]!;
      const centre = new Map(layer.map((item) => {
        const next = down ? item.before : item.after;
        return [item, next.length === 0 ? item.pos : next.reduce((sum, other) => sum + other.pos, 0) / next.length];
      }));
      layer.sort((left, right) => centre.get(left)! - centre.get(right)!);
      index(layer);
    }
    const now = crossings(layers);
    if (now < least) {
      least = now;
      best = layers.map((layer) => layer.slice());
    }
  }
  layers.forEach((layer, at) => {
    layer.splice(0, layer.length, ...best[at]!);
    index(layer);
  });
  for (let round = 0, better = true; better && round < 6; round++) {
    better = false;
    for (const layer of layers) {
      for (let at = 1; at < layer.length; at++) {
        const left = layer[at - 1]!;
        const right = layer[at]!;
        if (pairCrossings(right, left) < pairCrossings(left, right)) {
          layer[at - 1] = right;
          layer[at] = left;
          index(layer);
          better = true;
        }
      }
    }
  }
}

function pairCrossings(left: Item, right: Item): number {
  let count = 0;
  for (const side of ['before', 'after'] as const) {
    for (const one of left[side]) for (const two of right[side]) if (one.pos > two.pos) count++;
  }
  return count;
}

/** How many pairs of edges between neighbouring layers cross. */
function crossings(layers: Item[][]): number {
  let count = 0;
  for (const layer of layers) {
    const ends: number[] = [];
    for (const item of layer) {
      const targets = item.after.map((other) => other.pos).sort((left, right) => left - right);
      for (const target of targets) for (const earlier of ends) if (earlier > target) count++;
      ends.push(...targets);
    }
  }
  return count;
}

/** Coordinates across the flow: everyone near the middle of its neighbours, in order, at a distance. */
function place(layers: Item[][], gap: number): void {
  const distance = (left: Item, right: Item): number => (left.across + right.across) / 2 + (left.dummy || right.dummy ? gap * 0.6 : gap);
  for (const layer of layers) {
    let at = 0;
    layer.forEach((item, index) => {
      if (index > 0) at += distance(layer[index - 1]!, item);
      item.pos = at;
    });
    for (const item of layer) item.pos -= at / 2;
  }
  for (let round = 0; round < 24; round++) {
    const down = round % 2 === 0;
    for (let step = 0; step < layers.length; step++) {
      const layer = layers[down ? step : layers.length - 1 - step]!;
      const wanted = layer.map((item) => {
        const near = round < 16 ? (down ? item.before : item.after) : [...item.before, ...item.after];
        if (near.length === 0) return item.pos;
        let sum = 0;
        let weight = 0;
        for (const other of near) {
          // Long edges run straight.
          const pull = item.dummy && other.dummy ? 4 : 1;
          sum += other.pos * pull;
          weight += pull;
        }
        return sum / weight;
      });
      settle(layer, wanted, distance);
    }
  }
}

/** Nearest positions to the wanted ones that keep order and distance: blocks that collide move as one (pool adjacent violators). */
function settle(layer: Item[], wanted: number[], distance: (left: Item, right: Item) => number): void {
  const offsets = [0];
  for (let index = 1; index < layer.length; index++) offsets.push(offsets[index - 1]! + distance(layer[index - 1]!, layer[index]!));
  const blocks: { sum: number; count: number; start: number }[] = [];
  wanted.forEach((value, index) => {
    blocks.push({ sum: value - offsets[index]!, count: 1, start: index });
    while (blocks.length > 1) {
      const last = blocks[blocks.length - 1]!;
      const before = blocks[blocks.length - 2]!;
      if (before.sum / before.count <= last.sum / last.count) break;
      before.sum += last.sum;
      before.count += last.count;
      blocks.pop();
    }
  });
  blocks.forEach((block, at) => {
    const end = blocks[at + 1]?.start ?? layer.length;
    for (let index = block.start; index < end; index++) layer[index]!.pos = block.sum / block.count + offsets[index]!;
  });
}

/** Puts the components into rows, the tallest first, and turns flow coordinates into x and y. */
function pack(parts: Component[], known: Map<string, LayoutNode>, direction: 'right' | 'down', aspect: number, framed: boolean): Layout {
  const margin = framed ? 22 : 0;
  const header = framed ? 22 : 0;
  const gap = framed ? 26 : 36;
  // Every single node in a frame of its own would be all frames: those of one label share a block.
  const blocks: { label: string; parts: { part: Component; x: number; y: number }[]; width: number; height: number }[] = [];
  const singles = new Map<string, Component[]>();
  const size = (part: Component): [number, number] => (direction === 'right' ? [part.length, part.breadth] : [part.breadth, part.length]);
  for (const part of parts) {
    if (part.placed.size === 1) {
      const list = singles.get(part.label);
      if (list) list.push(part);
      else singles.set(part.label, [part]);
      continue;
    }
    const [width, height] = size(part);
    blocks.push({ label: part.label, parts: [{ part, x: 0, y: 0 }], width, height });
  }
  for (const [label, list] of singles) {
    const columns = Math.max(1, Math.ceil(Math.sqrt(list.length * 0.45 * aspect)));
    const cellWidth = Math.max(...list.map((part) => size(part)[0])) + 16;
    const cellHeight = Math.max(...list.map((part) => size(part)[1])) + 14;
    blocks.push({
      label,
      parts: list.map((part, index) => ({ part, x: (index % columns) * cellWidth, y: Math.floor(index / columns) * cellHeight })),
      width: Math.min(columns, list.length) * cellWidth - 16,
      height: Math.ceil(list.length / columns) * cellHeight - 14,
    });
  }

  let best: { x: number; y: number }[] = [];
  let bestFit = Infinity;
  let bestSize: [number, number] = [0, 0];
  const outer = blocks.map((block) => [block.width + margin * 2, block.height + margin * 2 + header] as const);
  const total = outer.reduce((sum, [width, height]) => sum + (width + gap) * (height + gap), 0);
  for (const scale of [0.7, 0.85, 1, 1.2, 1.5, 2, 3]) {
    const limit = Math.max(Math.sqrt(total * aspect) * scale, ...outer.map(([width]) => width));
    const tried = shelves(outer, limit, gap);
    // What counts is how big everything can be drawn in a frame of the wanted shape.
    const fit = Math.max(tried.width / aspect, tried.height);
    if (fit < bestFit) {
      bestFit = fit;
      best = tried.at;
      bestSize = [tried.width, tried.height];
    }
  }

  const nodes = new Map<string, Placed>();
  const routes: Route[] = [];
  const groups: Layout['groups'] = [];
  blocks.forEach((block, index) => {
    const at = best[index]!;
    const [width, height] = outer[index]!;
    if (framed) groups.push({ x: at.x, y: at.y, width, height, label: block.label });
    for (const { part, x, y } of block.parts) emit(part, at.x + margin + x, at.y + margin + header + y, known, direction, nodes, routes);
  });
  return { nodes, routes, groups, bounds: { x: 0, y: 0, width: bestSize[0], height: bestSize[1] } };
}

function shelves(sizes: (readonly [number, number])[], limit: number, gap: number): { at: { x: number; y: number }[]; width: number; height: number } {
  const sorted = sizes.map((size, index) => ({ size, index })).sort((left, right) => right.size[1] - left.size[1] || left.index - right.index);
  const at: { x: number; y: number }[] = new Array(sizes.length);
  // A column beside a tall block is filled before a new row begins.
  const rows: { y: number; height: number; x: number; stackX: number; stackY: number; stackWidth: number }[] = [];
  let bottom = 0;
  let right = 0;
  for (const { size: [width, height], index } of sorted) {
    let done = false;
    for (const row of rows) {
      if (row.stackWidth >= width && row.stackY + height <= row.y + row.height) {
        at[index] = { x: row.stackX, y: row.stackY };
        row.stackY += height + gap;
        done = true;
        break;
      }
      if (row.x + width <= limit && height <= row.height) {
        at[index] = { x: row.x, y: row.y };
        row.stackX = row.x;
        row.stackY = row.y + height + gap;
        row.stackWidth = width;
        row.x += width + gap;
        done = true;
        break;
      }
    }
    if (!done) {
      const y = bottom === 0 ? 0 : bottom + gap;
      at[index] = { x: 0, y };
      rows.push({ y, height, x: width + gap, stackX: 0, stackY: y + height + gap, stackWidth: 0 });
      bottom = y + height;
    }
    right = Math.max(right, at[index]!.x + width);
  }
  return { at, width: right, height: bottom };
}

function emit(
  part: Component, x: number, y: number, known: Map<string, LayoutNode>, direction: 'right' | 'down', nodes: Map<string, Placed>, routes: Route[],
): void {
  const world = (along: number, across: number): [number, number] => (direction === 'right' ? [x + along, y + across] : [x + across, y + along]);
  for (const [id, { along, across }] of part.placed) {
    const [cx, cy] = world(along, across);
    const node = known.get(id)!;
    nodes.set(id, { id, x: cx, y: cy, width: node.width, height: node.height });
  }
  // Edges leave a node spread over its side, in the order of their targets, so that they can be told apart.
  const ports = spreadPorts(part);
  part.chains.forEach((chain, index) => {
    const port = ports[index]!;
    const points: [number, number][] = [];
    chain.items.forEach((item, at) => {
      const along = part.layerAt[item.layer]!;
      if (at === 0 || at === chain.items.length - 1) {
        const first = at === 0;
        const next = chain.items[first ? 1 : at - 1]!;
        const forward = next.layer > item.layer;
        points.push([along + (item.along / 2) * (forward ? 1 : -1), item.pos + (first ? port.from : port.to)]);
      } else {
        points.push([along, item.pos]);
      }
    });
    const [startX, startY] = world(...points[0]!);
    const curve = [startX, startY];
    for (let at = 1; at < points.length; at++) {
      const [fromAlong, fromAcross] = points[at - 1]!;
      const [toAlong, toAcross] = points[at]!;
      const half = (toAlong - fromAlong) / 2;
      curve.push(...world(fromAlong + half, fromAcross), ...world(toAlong - half, toAcross), ...world(toAlong, toAcross));
    }
    routes.push({ src: chain.src, dst: chain.dst, curve });
  });
}

function spreadPorts(part: Component): { from: number; to: number }[] {
  const result = part.chains.map(() => ({ from: 0, to: 0 }));
  const sides = new Map<string, { chain: number; end: 'from' | 'to'; item: Item; towards: number }[]>();
  part.chains.forEach((chain, index) => {
    const ends = [['from', chain.items[0]!, chain.items[1]!], ['to', chain.items[chain.items.length - 1]!, chain.items[chain.items.length - 2]!]] as const;
    for (const [end, item, next] of ends) {
      const key = `${item.id}\n${next.layer > item.layer ? 'after' : 'before'}`;
      const entry = { chain: index, end, item, towards: next.pos };
      const list = sides.get(key);
      if (list) list.push(entry);
      else sides.set(key, [entry]);
    }
  });
  for (const list of sides.values()) {
    if (list.length < 2) continue;
    list.sort((left, right) => left.towards - right.towards);
    const room = list[0]!.item.across * 0.6;
    const step = Math.min(7, room / (list.length - 1));
    list.forEach((entry, at) => (result[entry.chain]![entry.end] = (at - (list.length - 1) / 2) * step));
  }
  return result;
}

/** Points along a route, as x0 y0 x1 y1 …, `pieces` to each of its curves. */
export function flatten(curve: number[], pieces = 16): Float32Array {
  const parts = (curve.length - 2) / 6;
  const out = new Float32Array((parts * pieces + 1) * 2);
  out[0] = curve[0]!;
  out[1] = curve[1]!;
  let at = 2;
  for (let part = 0; part < parts; part++) {
    const offset = part * 6;
    const [x0, y0, x1, y1, x2, y2, x3, y3] = curve.slice(offset, offset + 8) as [number, number, number, number, number, number, number, number];
    for (let step = 1; step <= pieces; step++) {
      const t = step / pieces;
      const u = 1 - t;
      out[at++] = u * u * u * x0 + 3 * u * u * t * x1 + 3 * u * t * t * x2 + t * t * t * x3;
      out[at++] = u * u * u * y0 + 3 * u * u * t * y1 + 3 * u * t * t * y2 + t * t * t * y3;
    }
  }
  return out;
}

/** Length of the way to each point of `points`, the last of all. */
export function lengths(points: Float32Array): Float32Array {
  const out = new Float32Array(points.length / 2);
  for (let at = 1; at < out.length; at++) {
    out[at] = out[at - 1]! + Math.hypot(points[at * 2]! - points[at * 2 - 2]!, points[at * 2 + 1]! - points[at * 2 - 1]!);
  }
  return out;
}
