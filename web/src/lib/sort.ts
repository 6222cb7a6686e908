type Value = number | string | null | undefined;

/** Order of two cells; what is missing comes last whichever way the column is sorted. */
export function collate(left: Value, right: Value, descending: boolean): number {
  const noLeft = left === null || left === undefined || Number.isNaN(left);
  const noRight = right === null || right === undefined || Number.isNaN(right);
  if (noLeft || noRight) return noLeft && noRight ? 0 : noLeft ? 1 : -1;
  const order = typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right), 'en', { numeric: true });
  return descending ? -order : order;
}
