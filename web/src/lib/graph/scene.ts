import { health, latency, percent, rate, type Health } from '../format';
import type { GraphEdge, GraphNode } from '../types';
import { flatten, lengths, type Box, type Layout, type Placed } from './layout';

export interface Palette {
  paper: string;
  surface: string;
  sunk: string;
  line: string;
  edge: string;
  ink: string;
  muted: string;
  accent: string;
  good: string;
  warn: string;
  bad: string;
  badTint: string;
  warnTint: string;
}

export type Hit = { node: GraphNode } | { edge: GraphEdge } | null;

interface Flow {
  edge: GraphEdge;
  /** Points at equal distances (`step`) along the way. */
  points: Float32Array;
  count: number;
  total: number;
  owed: number;
  perSecond: number;
  speed: number;
  badShare: number;
  state: Health;
}

const step = 5;
const capacity = 2400;
const sans = '"Instrument Sans Variable", system-ui, "Noto Sans KR", "Noto Sans JP", sans-serif';
const mono = '"Geist Mono Variable", ui-monospace, monospace';

/** How many dots a second stand for this traffic: enough to see a trickle, few enough to count a flood. */
export const dotsPerSecond = (rps: number | null): number => (rps === null || rps <= 0 ? 0 : Math.min(9, 0.35 + 1.25 * Math.sqrt(rps)));

/** World units a second: slow answers travel slowly. */
export const dotSpeed = (p99: number | null | undefined): number => 150 / (1 + Math.log10(1 + (p99 ?? 0) / 8));

/**
 * Draws a mesh on three canvases: edges below and nodes with their marks above, both only when they change; between them the moving dots,
 * every frame. A frame of dots allocates nothing.
 */
export class Scene {
  scale = 1;
  offsetX = 0;
  offsetY = 0;
  selected: string | null = null;
  hovered: string | null = null;
  moving = true;
  detailed = true;
  /** Time spent in script for the last frames, milliseconds; a ring. */
  readonly cost = new Float32Array(240);
  frames = 0;
  private width = 1;
  private height = 1;
  private ratio = 1;
  private layout: Layout | null = null;
  private nodes = new Map<string, GraphNode>();
  private flows: Flow[] = [];
  private near: Set<string> | null = null;
  private stale = true;
  private crowded = false;
  private last = 0;
  private readonly dotFlow = new Int32Array(capacity);
  private readonly dotAt = new Float32Array(capacity);
  private readonly dotKind = new Uint8Array(capacity);
  private dots = 0;
  private sprites: HTMLCanvasElement[] = [];
  private colors: Palette | null = null;
  private readonly lower: CanvasRenderingContext2D;
  private readonly moved: CanvasRenderingContext2D;
  private readonly upper: CanvasRenderingContext2D;

  constructor(private readonly base: HTMLCanvasElement, private readonly flow: HTMLCanvasElement, private readonly face: HTMLCanvasElement) {
    this.lower = base.getContext('2d')!;
    this.moved = flow.getContext('2d')!;
    this.upper = face.getContext('2d')!;
  }

  get dotCount(): number {
    return this.dots;
  }

  resize(width: number, height: number, ratio: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.ratio = ratio;
    for (const canvas of [this.base, this.flow, this.face]) {
      canvas.width = Math.round(this.width * ratio);
      canvas.height = Math.round(this.height * ratio);
    }
    this.stale = true;
    this.buildSprites();
  }

  setColors(colors: Palette): void {
    this.colors = colors;
    this.stale = true;
    this.buildSprites();
  }

  setData(nodes: GraphNode[], edges: GraphEdge[], layout: Layout): void {
    const sameShape = this.layout === layout;
    this.layout = layout;
    this.nodes = new Map(nodes.map((node) => [node.id, node]));
    const byKey = new Map(edges.map((edge) => [`${edge.src}\n${edge.dst}`, edge]));
    const flows: Flow[] = [];
    const old = new Map(this.flows.map((item, index) => [`${item.edge.src}\n${item.edge.dst}`, index]));
    const moved = new Int32Array(this.flows.length).fill(-1);
    for (const route of layout.routes) {
      const key = `${route.src}\n${route.dst}`;
      const edge = byKey.get(key);
      if (!edge) continue;
      const before = old.get(key);
      const kept = sameShape && before !== undefined ? this.flows[before]! : null;
      if (kept && before !== undefined) moved[before] = flows.length;
      const points = kept?.points ?? even(flatten(route.curve, 24));
      const count = points.length / 2;
      const thin = edges.length > 70 ? 0.42 : 1;
      flows.push({
        edge, points, count, total: (count - 1) * step, owed: kept?.owed ?? Math.random(), perSecond: dotsPerSecond(edge.rps) * thin,
        speed: dotSpeed(edge.p99), badShare: edge.success === null ? 0 : 1 - edge.success, state: health(edge.success),
      });
    }
    let alive = 0;
    for (let index = 0; index < this.dots; index++) {
      const target = moved[this.dotFlow[index]!] ?? -1;
      if (target < 0) continue;
      this.dotFlow[alive] = target;
      this.dotAt[alive] = this.dotAt[index]!;
      this.dotKind[alive] = this.dotKind[index]!;
      alive++;
    }
    this.dots = alive;
    this.flows = flows;
    this.crowded = edges.length > 70;
    this.buildSprites();
    this.focus();
    this.stale = true;
    if (!sameShape) this.warm();
  }

  /** Dots already under way, so that traffic does not begin in waves. */
  private warm(): void {
    for (let index = 0; index < this.flows.length && this.dots < capacity; index++) {
      const item = this.flows[index]!;
      const wanted = Math.floor((item.perSecond * item.total) / item.speed + Math.random());
      for (let dot = 0; dot < wanted && this.dots < capacity; dot++) this.spawn(index, item, Math.random() * item.total);
    }
  }

  setHover(id: string | null): void {
    if (this.hovered === id) return;
    this.hovered = id;
    this.focus();
  }

  select(id: string | null): void {
    this.selected = id;
    this.focus();
  }

  private focus(): void {
    const id = this.hovered ?? this.selected;
    this.near = null;
    if (id !== null && this.nodes.has(id)) {
      this.near = new Set([id]);
      for (const { edge } of this.flows) {
        if (edge.src === id) this.near.add(edge.dst);
        if (edge.dst === id) this.near.add(edge.src);
      }
    }
    this.stale = true;
  }

  fit(padding = 28, largest = 1.15): void {
    const bounds = this.layout?.bounds;
    if (!bounds) return;
    const scale = Math.min((this.width - padding * 2) / Math.max(1, bounds.width), (this.height - padding * 2) / Math.max(1, bounds.height));
    this.scale = Math.max(0.15, Math.min(largest, scale));
    this.offsetX = (this.width - bounds.width * this.scale) / 2 - bounds.x * this.scale;
    this.offsetY = (this.height - bounds.height * this.scale) / 2 - bounds.y * this.scale;
    this.stale = true;
  }

  /** A part large enough to read, around the node that fails most: for a view too small for everything. */
  closeUp(scale: number): void {
    const worst = [...this.nodes.values()].filter((node) => this.layout?.nodes.has(node.id)).sort((left, right) => (left.success ?? 1) - (right.success ?? 1))[0];
    const placed = worst && this.layout?.nodes.get(worst.id);
    if (!placed) return;
    this.scale = scale;
    this.offsetX = this.width / 2 - placed.x * scale;
    this.offsetY = this.height / 2 - placed.y * scale;
    this.stale = true;
  }

  pan(dx: number, dy: number): void {
    this.offsetX += dx;
    this.offsetY += dy;
    this.stale = true;
  }

  zoom(factor: number, x = this.width / 2, y = this.height / 2): void {
    const scale = Math.max(0.15, Math.min(3, this.scale * factor));
    const real = scale / this.scale;
    this.offsetX = x - (x - this.offsetX) * real;
    this.offsetY = y - (y - this.offsetY) * real;
    this.scale = scale;
    this.stale = true;
  }

  /** Moves the view so that a node lies well inside. */
  reveal(id: string): void {
    const placed = this.layout?.nodes.get(id);
    if (!placed) return;
    const box = this.screenBox(placed);
    const margin = 24;
    let dx = 0;
    let dy = 0;
    if (box.x < margin) dx = margin - box.x;
    else if (box.x + box.width > this.width - margin) dx = this.width - margin - box.x - box.width;
    if (box.y < margin) dy = margin - box.y;
    else if (box.y + box.height > this.height - margin) dy = this.height - margin - box.y - box.height;
    if (dx !== 0 || dy !== 0) this.pan(dx, dy);
  }

  screenBox(placed: Placed): Box {
    return {
      x: (placed.x - placed.width / 2) * this.scale + this.offsetX,
      y: (placed.y - placed.height / 2) * this.scale + this.offsetY,
      width: placed.width * this.scale,
      height: placed.height * this.scale,
    };
  }

  placed(id: string): Placed | undefined {
    return this.layout?.nodes.get(id);
  }

  hit(x: number, y: number): Hit {
    const wx = (x - this.offsetX) / this.scale;
    const wy = (y - this.offsetY) / this.scale;
    for (const placed of this.layout?.nodes.values() ?? []) {
      if (Math.abs(wx - placed.x) <= placed.width / 2 + 2 && Math.abs(wy - placed.y) <= placed.height / 2 + 2) {
        const node = this.nodes.get(placed.id);
        return node ? { node } : null;
      }
    }
    let best: GraphEdge | null = null;
    let nearest = 49 / (this.scale * this.scale);
    for (const item of this.flows) {
      for (let at = 0; at < item.count; at++) {
        const dx = item.points[at * 2]! - wx;
        const dy = item.points[at * 2 + 1]! - wy;
        const distance = dx * dx + dy * dy;
        if (distance < nearest) {
          nearest = distance;
          best = item.edge;
        }
      }
    }
    return best ? { edge: best } : null;
  }

  /** The node that lies in a direction from another: the nearest within a right angle of it. */
  neighbour(id: string | null, dx: number, dy: number): string | null {
    const all = [...(this.layout?.nodes.values() ?? [])];
    const from = id === null ? undefined : this.layout?.nodes.get(id);
    if (!from) return all.sort((left, right) => left.x - right.x || left.y - right.y)[0]?.id ?? null;
    let best: string | null = null;
    let least = Infinity;
    for (const other of all) {
      if (other.id === id) continue;
      const forward = (other.x - from.x) * dx + (other.y - from.y) * dy;
      const aside = Math.abs((other.x - from.x) * dy - (other.y - from.y) * dx);
      if (forward <= 1 || aside > forward * 2.5) continue;
      const distance = forward + aside * 2;
      if (distance < least) {
        least = distance;
        best = other.id;
      }
    }
    return best;
  }

  frame(now: number): void {
    const begun = performance.now();
    const dt = Math.min(0.1, Math.max(0, (now - this.last) / 1000));
    this.last = now;
    if (this.stale) {
      this.stale = false;
      this.drawBase();
    }
    if (this.moving) this.drawDots(dt);
    this.cost[this.frames++ % this.cost.length] = performance.now() - begun;
  }

  /** For a view without movement: the middle canvas stays empty. */
  clearDots(): void {
    this.dots = 0;
    this.moved.setTransform(1, 0, 0, 1, 0, 0);
    this.moved.clearRect(0, 0, this.flow.width, this.flow.height);
  }

  private spawn(index: number, item: Flow, at: number): void {
    this.dotFlow[this.dots] = index;
    this.dotAt[this.dots] = at;
    this.dotKind[this.dots] = item.badShare > 0 && Math.random() < item.badShare ? 1 : 0;
    this.dots++;
  }

  private drawDots(dt: number): void {
    const { moved, ratio, scale } = this;
    moved.setTransform(1, 0, 0, 1, 0, 0);
    moved.clearRect(0, 0, this.flow.width, this.flow.height);
    const id = this.hovered ?? this.selected;
    for (let index = 0; index < this.flows.length; index++) {
      const item = this.flows[index]!;
      item.owed += item.perSecond * dt;
      while (item.owed >= 1) {
        item.owed -= 1;
        if (this.dots < capacity) this.spawn(index, item, 0);
      }
    }
    const right = this.flow.width;
    const bottom = this.flow.height;
    for (let dot = 0; dot < this.dots; dot++) {
      const item = this.flows[this.dotFlow[dot]!]!;
      const at = this.dotAt[dot]! + item.speed * dt;
      if (at >= item.total) {
        this.dots--;
        this.dotFlow[dot] = this.dotFlow[this.dots]!;
        this.dotAt[dot] = this.dotAt[this.dots]!;
        this.dotKind[dot] = this.dotKind[this.dots]!;
        dot--;
        continue;
      }
      this.dotAt[dot] = at;
      if (this.near !== null && item.edge.src !== id && item.edge.dst !== id) continue;
      const exact = at / step;
      const point = exact | 0;
      const part = exact - point;
      const offset = point * 2;
      const x = item.points[offset]! + (item.points[offset + 2]! - item.points[offset]!) * part;
      const y = item.points[offset + 1]! + (item.points[offset + 3]! - item.points[offset + 1]!) * part;
      const sprite = this.sprites[this.dotKind[dot]!];
      if (!sprite) continue;
      const px = (x * scale + this.offsetX) * ratio - sprite.width / 2;
      const py = (y * scale + this.offsetY) * ratio - sprite.height / 2;
      if (px > -20 && py > -20 && px < right && py < bottom) moved.drawImage(sprite, px, py);
    }
  }

  private buildSprites(): void {
    const colors = this.colors;
    if (!colors) return;
    const make = (color: string, radius: number): HTMLCanvasElement => {
      const canvas = document.createElement('canvas');
      const size = Math.ceil((radius + 1.5) * 2 * this.ratio);
      canvas.width = canvas.height = size;
      const context = canvas.getContext('2d')!;
      context.scale(this.ratio, this.ratio);
      const middle = size / 2 / this.ratio;
      context.beginPath();
      context.arc(middle, middle, radius + 0.9, 0, Math.PI * 2);
      context.fillStyle = colors.paper;
      context.fill();
      context.beginPath();
      context.arc(middle, middle, radius, 0, Math.PI * 2);
      context.fillStyle = color;
      context.fill();
      return canvas;
    };
    this.sprites = this.crowded ? [make(colors.accent, 1.6), make(colors.bad, 2.3)] : [make(colors.accent, 2.1), make(colors.bad, 2.9)];
  }

  private drawBase(): void {
    const { lower, upper: context, ratio, layout, colors } = this;
    if (!layout || !colors) return;
    for (const layer of [lower, context]) {
      layer.setTransform(1, 0, 0, 1, 0, 0);
      layer.clearRect(0, 0, this.base.width, this.base.height);
      layer.setTransform(ratio * this.scale, 0, 0, ratio * this.scale, this.offsetX * ratio, this.offsetY * ratio);
    }
    this.drawGroups(lower, colors, layout);
    const active = this.hovered ?? this.selected;
    const touches = (edge: GraphEdge): boolean => this.near === null || edge.src === active || edge.dst === active;
    // Failing edges lie over the others.
    const rank = { none: 0, good: 1, warn: 2, bad: 3 };
    const sorted = this.flows.slice().sort((left, right) => rank[left.state] - rank[right.state]);
    for (const item of sorted) this.drawEdge(lower, colors, item, touches(item.edge));
    const quiet = this.crowded;
    for (const item of sorted) {
      const shown = touches(item.edge);
      if (!shown) continue;
      const wanted = !quiet || !item.edge.secured || this.near !== null;
      this.drawMarks(context, colors, item, wanted && this.scale > 0.4, !quiet || item.state === 'bad' || this.near !== null);
    }
    for (const [id, placed] of layout.nodes) {
      const node = this.nodes.get(id);
      if (!node) continue;
      context.globalAlpha = this.near === null || this.near.has(id) ? 1 : 0.28;
      this.drawNode(context, colors, node, placed);
    }
    context.globalAlpha = 1;
  }

  private drawGroups(context: CanvasRenderingContext2D, colors: Palette, layout: Layout): void {
    for (const group of layout.groups) {
      context.beginPath();
      context.roundRect(group.x, group.y, group.width, group.height, 14);
      context.fillStyle = colors.sunk;
      context.fill();
      if (!group.label) continue;
      const size = Math.max(11.5, Math.min(20, 11.5 / this.scale));
      context.font = `600 ${size}px ${sans}`;
      context.textBaseline = 'middle';
      context.textAlign = 'left';
      context.fillStyle = colors.muted;
      context.fillText(group.label, group.x + 16, group.y + 20, group.width - 32);
    }
  }

  private drawEdge(context: CanvasRenderingContext2D, colors: Palette, item: Flow, shown: boolean): void {
    const { points, count, edge, state } = item;
    context.globalAlpha = shown ? 1 : 0.12;
    const color = state === 'bad' ? colors.bad : state === 'warn' ? colors.warn : colors.edge;
    const width = Math.min(3.6, 1.1 + Math.log10(1 + (edge.rps ?? 0)) * 0.95) + (state === 'bad' ? 0.7 : 0);
    context.beginPath();
    context.moveTo(points[0]!, points[1]!);
    for (let at = 1; at < count; at++) context.lineTo(points[at * 2]!, points[at * 2 + 1]!);
    context.setLineDash(edge.secured ? [] : [5, 4]);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
    context.setLineDash([]);
    // The arrow's tip touches the node.
    const tipX = points[count * 2 - 2]!;
    const tipY = points[count * 2 - 1]!;
    const back = Math.max(0, count - 3);
    const angle = Math.atan2(tipY - points[back * 2 + 1]!, tipX - points[back * 2]!);
    const size = 5 + width;
    context.beginPath();
    context.moveTo(tipX, tipY);
    context.lineTo(tipX - size * Math.cos(angle - 0.42), tipY - size * Math.sin(angle - 0.42));
    context.lineTo(tipX - size * Math.cos(angle + 0.42), tipY - size * Math.sin(angle + 0.42));
    context.closePath();
    context.fillStyle = color;
    context.fill();
    context.globalAlpha = 1;
  }

  private drawMarks(context: CanvasRenderingContext2D, colors: Palette, item: Flow, lock: boolean, badge: boolean): void {
    const middle = Math.floor((item.count - 1) * 0.5);
    const x = item.points[middle * 2]!;
    const y = item.points[middle * 2 + 1]!;
    const failing = item.state === 'bad' || item.state === 'warn';
    if (lock) drawPadlock(context, x, y, item.edge.secured, item.edge.secured ? colors.muted : colors.warn, colors.paper);
    if (this.detailed && item.edge.rps) {
      context.font = `450 10.5px ${mono}`;
      context.textAlign = 'left';
      context.textBaseline = 'middle';
      context.lineWidth = 5;
      context.lineJoin = 'round';
      context.strokeStyle = colors.paper;
      const figure = `${rate(item.edge.rps)}/s`;
      context.strokeText(figure, x + 11, y + 1);
      context.fillStyle = colors.muted;
      context.fillText(figure, x + 11, y + 1);
    }
    if (!failing || !badge || (this.scale < 0.4 && this.near === null)) return;
    const text = percent(item.edge.success).replace(/\.\d+%$/, '%');
    const size = this.crowded ? Math.min(14, 9.5 / this.scale) : 11;
    context.font = `600 ${size}px ${sans}`;
    const width = context.measureText(text).width + size * 0.9;
    // Over the padlock where there is one, else on the line.
    const top = lock ? y - size - 14 : y - size / 2 - 3.5;
    context.beginPath();
    context.roundRect(x - width / 2, top, width, size + 7, (size + 7) / 2);
    context.fillStyle = item.state === 'bad' ? colors.bad : colors.warn;
    context.fill();
    context.fillStyle = colors.surface;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(text, x, top + (size + 7) / 2 + 0.5);
  }

  private drawNode(context: CanvasRenderingContext2D, colors: Palette, node: GraphNode, placed: Placed): void {
    const state = health(node.success);
    const x = placed.x - placed.width / 2;
    const y = placed.y - placed.height / 2;
    const marked = node.id === this.selected || node.id === this.hovered;
    context.beginPath();
    context.roundRect(x, y, placed.width, placed.height, Math.min(10, placed.height / 2.6));
    context.fillStyle = colors.surface;
    context.fill();
    if (state === 'bad' || state === 'warn') {
      context.fillStyle = state === 'bad' ? colors.badTint : colors.warnTint;
      context.fill();
    }
    context.lineWidth = marked ? 2.2 : state === 'bad' ? 1.6 : 1;
    context.strokeStyle = marked ? colors.accent : state === 'bad' ? colors.bad : state === 'warn' ? colors.warn : colors.line;
    context.setLineDash(node.meshed ? [] : [4, 3]);
    context.stroke();
    context.setLineDash([]);

    const glyph = this.detailed ? 9 : 7;
    const left = x + (this.detailed ? 12 : 9);
    const lineOne = this.detailed ? placed.y - 8 : placed.y + 0.5;
    drawHealth(context, left + glyph / 2, lineOne, glyph, state, colors);
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    // Zoomed out, text keeps a readable size as long as the box has room for it.
    const size = this.detailed ? 13 : Math.max(11.5, Math.min(10.5 / this.scale, placed.height * 0.66));
    context.font = `${state === 'bad' ? 650 : 560} ${size}px ${sans}`;
    context.fillStyle = node.meshed ? colors.ink : colors.muted;
    const textLeft = left + glyph + (this.detailed ? 7 : 5);
    context.fillText(clip(context, node.name, x + placed.width - textLeft - 5), textLeft, lineOne);
    if (!this.detailed) return;
    context.font = `420 11px ${mono}`;
    context.fillStyle = colors.muted;
    const figures = node.rps === null ? (node.meshed ? '–' : '') : `${percent(node.success)}  ${rate(node.rps)}/s${node.p99 && placed.width > 170 ? `  ${latency(node.p99)}` : ''}`;
    context.fillText(clip(context, figures || '—', placed.width - 22), left, placed.y + 11);
  }
}

/** Points of a way at equal distances. */
function even(points: Float32Array): Float32Array {
  const cumulative = lengths(points);
  const total = cumulative[cumulative.length - 1]!;
  const count = Math.max(2, Math.floor(total / step) + 1);
  const out = new Float32Array((count + 1) * 2);
  let segment = 0;
  for (let index = 0; index < count; index++) {
    const wanted = Math.min(total, index * step);
    while (segment < cumulative.length - 2 && cumulative[segment + 1]! < wanted) segment++;
    const length = cumulative[segment + 1]! - cumulative[segment]! || 1;
    const part = (wanted - cumulative[segment]!) / length;
    out[index * 2] = points[segment * 2]! + (points[segment * 2 + 2]! - points[segment * 2]!) * part;
    out[index * 2 + 1] = points[segment * 2 + 1]! + (points[segment * 2 + 3]! - points[segment * 2 + 1]!) * part;
  }
  out[count * 2] = points[points.length - 2]!;
  out[count * 2 + 1] = points[points.length - 1]!;
  return out;
}

const clips = new Map<string, string>();

function clip(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  const key = `${context.font}|${Math.round(room)}|${text}`;
  let short = clips.get(key);
  if (short === undefined) {
    let length = text.length - 1;
    while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length--;
    short = `${text.slice(0, length)}…`;
    if (clips.size > 2000) clips.clear();
    clips.set(key, short);
  }
  return short;
}

/** Health as a shape and a colour: circle, triangle, square, ring. */
function drawHealth(context: CanvasRenderingContext2D, x: number, y: number, size: number, state: Health, colors: Palette): void {
  const half = size / 2;
  context.beginPath();
  if (state === 'good') {
    context.arc(x, y, half, 0, Math.PI * 2);
    context.fillStyle = colors.good;
    context.fill();
  } else if (state === 'warn') {
    context.moveTo(x, y - half);
    context.lineTo(x + half + 0.5, y + half);
    context.lineTo(x - half - 0.5, y + half);
    context.closePath();
    context.fillStyle = colors.warn;
    context.fill();
  } else if (state === 'bad') {
    context.rect(x - half, y - half, size, size);
    context.fillStyle = colors.bad;
    context.fill();
  } else {
    context.arc(x, y, half - 1, 0, Math.PI * 2);
    context.strokeStyle = colors.muted;
    context.lineWidth = 1.4;
    context.stroke();
  }
}

function drawPadlock(context: CanvasRenderingContext2D, x: number, y: number, closed: boolean, color: string, paper: string): void {
  context.beginPath();
  context.arc(x, y, 8, 0, Math.PI * 2);
  context.fillStyle = paper;
  context.fill();
  context.beginPath();
  context.arc(x + (closed ? 0 : 2.4), y - 1.6, 2.3, Math.PI, closed ? 0 : Math.PI * 1.9);
  context.strokeStyle = color;
  context.lineWidth = 1.3;
  context.stroke();
  context.beginPath();
  context.roundRect(x - 3.7, y - 1.4, 7.4, 5.6, 1.3);
  context.fillStyle = color;
  context.fill();
}
