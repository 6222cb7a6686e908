import { describe, expect, it } from 'vitest';
import { age, bytes, health, latency, middle, percent, rate } from '../../src/lib/format';

describe('percent', () => {
  it.each([
    [null, '–'], [undefined, '–'], [Number.NaN, '–'], [1, '100%'], [0, '0%'], [0.5, '50.00%'], [0.93428, '93.42%'],
    // One failure in a million must not look like none, nor one success like nothing.
    [0.999999, '99.99%'], [0.99995, '99.99%'], [0.0000001, '0.01%'],
  ])('%s is %s', (share, text) => expect(percent(share)).toBe(text));
});

describe('rate', () => {
  it.each([
    [null, '–'], [0, '0'], [0.001, '<0.01'], [0.25, '0.25'], [2, '2.0'], [99.94, '99.9'], [2475.4, '2475'], [12_345, '12.3k'], [3_400_000, '3.4M'],
  ])('%s is %s', (rps, text) => expect(rate(rps)).toBe(text));
});

describe('latency', () => {
  it.each([
    [null, '–'], [0, '0 ms'], [0.0002, '1 µs'], [0.824, '824 µs'], [3, '3 ms'], [3.45, '3.5 ms'], [26.4, '26 ms'], [999.4, '999 ms'], [999.6, '1 s'], [1234, '1.23 s'], [12_340, '12.3 s'], [180_000, '3 min'],
  ])('%s is %s', (ms, text) => expect(latency(ms)).toBe(text));
});

describe('bytes', () => {
  it.each([[null, false, '–'], [0, false, '0 B'], [1023, false, '1023 B'], [1024, false, '1.0 KiB'], [4198, true, '4.1 KiB/s'], [150 * 1024 ** 2, false, '150 MiB']] as const)('%s is %s', (count, perSecond, text) =>
    expect(bytes(count, perSecond)).toBe(text));
});

describe('age', () => {
  it.each([[null, '–'], [-1, '–'], [0, '0s'], [59, '59s'], [61, '1m 1s'], [3600, '1h'], [93_784, '1d 2h']] as const)('%s seconds are %s', (seconds, text) => expect(age(seconds)).toBe(text));
});

describe('health', () => {
  it.each([[null, 'none'], [1, 'good'], [0.99, 'good'], [0.9899, 'warn'], [0.95, 'warn'], [0.9499, 'bad'], [0, 'bad']] as const)('%s is %s', (success, state) => expect(health(success)).toBe(state));
});

describe('middle', () => {
  it('keeps both ends', () => expect(middle('linkerd-destination-7d9c5b8f6d-x0k2p', 12)).toBe('linker…x0k2p'));
  it('leaves what is short', () => expect(middle('web', 12)).toBe('web'));
});
