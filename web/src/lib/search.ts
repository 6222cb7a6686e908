export interface Found<T> {
  item: T;
  score: number;
  /** Positions in the text that matched. */
  at: number[];
}

/**
 * How well the letters of `needle` occur in `text`, in order: runs and starts of words count more, gaps less. Null when they do not.
 */
export function fuzzy(needle: string, text: string): { score: number; at: number[] } | null {
  const wanted = needle.toLowerCase().replaceAll(/\s+/g, '');
  const hay = text.toLowerCase();
  if (wanted === '') return { score: 0, at: [] };
  const whole = hay.indexOf(wanted);
  if (whole >= 0) {
    const start = whole === 0 || /[\s/\-_.]/.test(hay[whole - 1] ?? '');
    const end = /^$|[\s/.]/.test(hay[whole + wanted.length] ?? '');
    return { score: 100 + (start ? 40 : 0) + (end ? 20 : 0) - Math.min(30, hay.length - wanted.length), at: Array.from(wanted, (_, index) => whole + index) };
  }
  const at: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of wanted) {
    const position = hay.indexOf(letter, from);
    if (position < 0) return null;
    const start = position === 0 || /[\s/\-_.]/.test(hay[position - 1] ?? '');
    score += position === from && at.length > 0 ? 6 : start ? 5 : 1;
    score -= Math.min(3, position - from) * 0.5;
    at.push(position);
    from = position + 1;
  }
  return { score, at };
}

/** The best matches first; with an empty needle, the items as they are. */
export function rank<T>(needle: string, items: T[], text: (item: T) => string, limit = 12): Found<T>[] {
  const found: Found<T>[] = [];
  for (const item of items) {
    const match = fuzzy(needle, text(item));
    if (match) found.push({ item, ...match });
  }
  if (needle.trim() !== '') found.sort((left, right) => right.score - left.score);
  return found.slice(0, limit);
}
