/** What is shown where nothing was measured. */
export const NONE = '–';

/** A share as a percentage that never rounds a failure away: only 1 is 100 %, and only 0 is 0 %. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return NONE;
  const value = Math.min(1, Math.max(0, share)) * 100;
  if (value === 100 || value === 0) return `${value}%`;
  if (value > 99.99) return '99.99%';
  if (value < 0.01) return '0.01%';
  return `${(Math.floor(value * 100) / 100).toFixed(2)}%`;
}

/** Requests per second, with as many digits as tell something. */
export function rate(rps: number | null | undefined): string {
  if (rps === null || rps === undefined || Number.isNaN(rps)) return NONE;
  if (rps === 0) return '0';
  if (rps < 0.01) return '<0.01';
  if (rps < 1) return rps.toFixed(2);
  if (rps < 100) return rps.toFixed(1);
  if (rps < 10_000) return Math.round(rps).toString();
  if (rps < 1_000_000) return `${(rps / 1000).toFixed(1)}k`;
  return `${(rps / 1_000_000).toFixed(1)}M`;
}

/** Milliseconds as µs, ms, s or min. */
export function latency(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return NONE;
  if (ms < 1) return ms === 0 ? '0 ms' : `${Math.max(1, Math.round(ms * 1000))} µs`;
  if (ms < 10) return `${trim(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${trim((ms / 1000).toFixed(2))} s`;
  if (ms < 99_500) return `${trim((ms / 1000).toFixed(1))} s`;
  return `${Math.round(ms / 60_000)} min`;
}

const trim = (text: string): string => (text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text);

/** Bytes in binary steps; with `perSecond` as a rate. */
export function bytes(count: number | null | undefined, perSecond = false): string {
  if (count === null || count === undefined || Number.isNaN(count)) return NONE;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const text = unit === 0 || value >= 99.5 ? Math.round(value).toString() : value.toFixed(1);
  return `${text} ${units[unit]}${perSecond ? '/s' : ''}`;
}

/** Seconds as the two largest units: `3d 4h`, `12m 5s`. */
export function age(total: number | null | undefined): string {
  if (total === null || total === undefined || Number.isNaN(total) || total < 0) return NONE;
  const whole = Math.floor(total);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0s';
  return parts.slice(first, first + 2).filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`).join(' ');
}

export type Health = 'good' | 'warn' | 'bad' | 'none';

/** Good from 99 %, a warning from 95 %, bad below. */
export function health(success: number | null | undefined): Health {
  if (success === null || success === undefined || Number.isNaN(success)) return 'none';
  if (success >= 0.99) return 'good';
  return success >= 0.95 ? 'warn' : 'bad';
}

/** The shorter of a name, with its middle left out: both ends of a pod's name say something. */
export function middle(text: string, length: number): string {
  if (text.length <= length) return text;
  const keep = length - 1;
  const head = Math.ceil(keep / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (keep - head))}`;
}

/** Clock time of a Unix time in milliseconds, 24 hours. */
export function clock(unixMs: number, withSeconds = true): string {
  const date = new Date(unixMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const text = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return withSeconds ? `${text}:${two(date.getSeconds())}` : text;
}
