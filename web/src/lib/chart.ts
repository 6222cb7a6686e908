/** Pure geometry of charts: scales, ticks and paths. */

/** An SVG path through the points; a null breaks the line. */
export function linePath(values: (number | null)[], x: (index: number) => number, y: (value: number) => number): string {
  let path = '';
  let pen = false;
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) {
      pen = false;
      return;
    }
    path += `${pen ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = true;
  });
  return path;
}

/** The same as closed areas down (or up) to `base`, one for each unbroken run. */
export function areaPath(values: (number | null)[], x: (index: number) => number, y: (value: number) => number, base: number): string {
  let path = '';
  let start = -1;
  const close = (end: number): void => {
    if (start < 0) return;
    path += `L${x(end).toFixed(1)} ${base.toFixed(1)}L${x(start).toFixed(1)} ${base.toFixed(1)}Z`;
    start = -1;
  };
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) {
      close(index - 1);
      return;
    }
    path += `${start < 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    if (start < 0) start = index;
  });
  close(values.length - 1);
  return path;
}

/** About `count` round values from 0 to at least `max`. */
export function niceTicks(max: number, count = 4): number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough)! * power;
  const ticks: number[] = [];
  for (let value = 0; value < max + unit; value += unit) ticks.push(Number(value.toPrecision(12)));
  return ticks;
}

/** Round clock times between two Unix times in milliseconds, at most `count`. */
export function timeTicks(from: number, to: number, count: number): number[] {
  const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360].find((candidate) => (to - from) / (candidate * 60_000) <= count) ?? 720;
  const unit = minutes * 60_000;
  const shift = new Date(to).getTimezoneOffset() * 60_000;
  const ticks: number[] = [];
  for (let at = Math.ceil((from - shift) / unit) * unit + shift; at <= to; at += unit) ticks.push(at);
  return ticks;
}

/** The lowest scale of success worth drawing: detail near 100 %, all of it when there is much failure. */
export function successFloor(values: (number | null)[]): number {
  let low = 1;
  for (const value of values) if (value !== null && value < low) low = value;
  if (low >= 0.95) return 0.9;
  if (low >= 0.8) return 0.75;
  return low >= 0.5 ? 0.5 : 0;
}
