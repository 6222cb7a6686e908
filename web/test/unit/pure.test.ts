import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gatewaysFrom, query, routesFrom, seconds, seriesFrom } from '../../src/lib/api';
import { matrix, shortIdentity } from '../../src/lib/authz';
import { areaPath, linePath, niceTicks, successFloor, timeTicks } from '../../src/lib/chart';
import { fuzzy, rank } from '../../src/lib/search';
import { collate } from '../../src/lib/sort';
import { total } from '../../src/lib/total';
import en from '../../src/lib/i18n/en';
import ja from '../../src/lib/i18n/ja';
import ko from '../../src/lib/i18n/ko';

describe('answers of the server', () => {
  it('leave empty parameters out', () => expect(query('/api/x', { a: 'b c', b: '', c: null, d: 0, e: undefined })).toBe('/api/x?a=b+c&d=0'));
  it.each([['1m', 60], ['30s', 30], ['6h', 21_600], ['500ms', 0.5], ['?', 60]])('a window of %s has %d seconds', (window, expected) => expect(seconds(window)).toBe(expected));
  it('give counts of routes as rates', () => {
    const [row, idle] = routesFrom({ ok: { routes: [{ resource: 'deploy/web', rows: [{ route: '', authority: 'web', timeWindow: '30s', stats: { successCount: '45', failureCount: '15', actualSuccessCount: '45', actualFailureCount: '45', latencyMsP99: '7' } }, { route: 'x', stats: {} }] }] } });
    expect(row).toMatchObject({ route: '[DEFAULT]', resource: 'deploy/web', success: 0.75, rps: 2, actualSuccess: 0.5, actualRps: 3, p99: 7, p50: null });
    expect(idle).toMatchObject({ success: null, rps: null, p99: null });
    expect(routesFrom({})).toEqual([]);
  });
  it('give gateways with numbers as text', () =>
    expect(gatewaysFrom({ ok: { gatewaysTable: { rows: [{ clusterName: 'west', pairedServices: '4', alive: true, latencyMsP50: '11' }] } } })).toEqual([{ namespace: '', name: '', clusterName: 'west', pairedServices: 4, alive: true, p50: 11, p95: null, p99: null }]));
  it('give one series or several', () => {
    expect(seriesFrom({ points: [[1, 2]] }, ['rps'])).toEqual({ rps: [[1, 2]] });
    expect(seriesFrom({ series: { p50: [] } }, ['p50', 'p99'])).toEqual({ p50: [] });
    expect(seriesFrom({}, ['p50'])).toEqual({});
  });
});

describe('charts', () => {
  const x = (index: number): number => index * 10;
  const y = (value: number): number => 100 - value;
  it('break their line where nothing was measured', () => expect(linePath([1, null, 3, 4], x, y)).toBe('M0.0 99.0M20.0 97.0L30.0 96.0'));
  it('close each run of an area', () => expect(areaPath([1, 2, null, 3], x, y, 100)).toBe('M0.0 99.0L10.0 98.0L10.0 100.0L0.0 100.0ZM30.0 97.0L30.0 100.0L30.0 100.0Z'));
  it.each([[10, [0, 2.5, 5, 7.5, 10]], [0.9, [0, 0.25, 0.5, 0.75, 1]], [0, [0, 1]], [123, [0, 50, 100, 150]]])('ticks to %d', (max, ticks) => expect(niceTicks(max, 4).slice(0, ticks.length)).toEqual(ticks));
  it('have the highest tick above the highest value', () => {
    for (const max of [0.003, 1, 7, 99, 12_345]) expect(niceTicks(max).at(-1)).toBeGreaterThanOrEqual(max);
  });
  it('have few round times', () => {
    const from = Date.UTC(2026, 0, 1, 3, 7);
    const ticks = timeTicks(from, from + 3_600_000, 6);
    expect(ticks.length).toBeLessThanOrEqual(6);
    for (const tick of ticks) expect(tick % 600_000).toBe(0);
  });
  it.each([[[1, null], 0.9], [[0.9], 0.75], [[0.6], 0.5], [[0.1], 0]])('success of %j begins at %d', (values, floor) => expect(successFloor(values)).toBe(floor));
});

describe('search', () => {
  const names = ['shop/webhooks', 'emojivoto/web', 'emojivoto/voting', 'booksapp/webapp', 'shop/web-bff', 'Topology'];
  const best = (needle: string): string | undefined => rank(needle, names, (name) => name)[0]?.item;
  it.each([['web', 'emojivoto/web'], ['voting', 'emojivoto/voting'], ['topo', 'Topology'], ['wbff', 'shop/web-bff'], ['booksw', 'booksapp/webapp']])('%s finds %s', (needle, name) => expect(best(needle)).toBe(name));
  it('finds nothing for what is not there', () => expect(best('zzz')).toBeUndefined());
  it('keeps the order for nothing', () => expect(rank('', names, (name) => name, 2).map((found) => found.item)).toEqual(names.slice(0, 2)));
  it('says where', () => expect(fuzzy('eo', 'hello')?.at).toEqual([1, 4]));
});

describe('order', () => {
  it('has what is missing last, both ways', () => {
    for (const descending of [true, false]) expect([3, null, 1].sort((left, right) => collate(left, right, descending)).at(-1)).toBeNull();
  });
  it('knows numbers in names', () => expect(['pod-10', 'pod-9'].sort((left, right) => collate(left, right, false))).toEqual(['pod-9', 'pod-10']));
});

describe('figures of many', () => {
  const row = (rps: number | null, success: number | null) => ({ namespace: 'n', kind: 'deployment', name: 'x', meshedPods: 1, runningPods: 2, rps, success });
  it('weigh success by traffic', () => expect(total([row(9, 1), row(1, 0), row(null, null)], [])).toMatchObject({ rps: 10, success: 0.9, meshedPods: 3, runningPods: 6 }));
  it('of nothing are none', () => expect(total([], [])).toMatchObject({ rps: null, success: null }));
});

describe('who may call whom', () => {
  const row = (client: string, server: string, allowedRps: number, deniedRps: number) => ({ client, server, allowedRps, deniedRps, route: '', authorization: '', success: 1 });
  it('adds routes and puts denied pairs first', () => {
    const found = matrix([row('a', 's', 1, 0), row('a', 's', 2, 0), row('z', 't', 0, 5)]);
    expect(found.clients).toEqual(['z', 'a']);
    expect(found.servers).toEqual(['t', 's']);
    expect(found.cell('a', 's')).toEqual({ allowed: 3, denied: 0 });
    expect(found.cell('a', 't')).toBeNull();
  });
  it('shortens identities', () => expect(shortIdentity('web.emojivoto.serviceaccount.identity.linkerd.cluster.local')).toBe('web.emojivoto'));
});

describe('languages', () => {
  const holes = (text: string): string => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join();
  const keys = Object.keys(en) as (keyof typeof en)[];
  it.each([['ko', ko], ['ja', ja]] as const)('%s has every message, with the same values in it', (_, messages) => {
    expect(Object.keys(messages).sort()).toEqual(keys.slice().sort());
    for (const key of keys) {
      expect(messages[key], key).not.toBe('');
      expect(holes(messages[key]), key).toBe(holes(en[key]));
    }
  });
  it.each([['ko', ko, /[\uac00-\ud7af]/], ['ja', ja, /[\u3040-\u30ff\u4e00-\u9fff]/]] as const)('%s is written in its script', (_, messages, script) => {
    // Names of things that are called the same everywhere.
    const same = new Set(['col.authority', 'col.rps', 'check.title', 'col.pod', 'workload.pods']);
    for (const key of keys) if (!same.has(key)) expect(messages[key], key).toMatch(script);
  });
  it('every message is used, and every one that is used exists', () => {
    const files = (folder: string): string[] => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));
    const source = files(join(__dirname, '../../src')).filter((file) => !/i18n\/(en|ko|ja)\.ts$/.test(file)).map((file) => readFileSync(file, 'utf8')).join('\n');
    const dynamic = /^(health|theme|extension)\./;
    for (const key of keys) if (!dynamic.test(key)) expect(source.includes(`'${key}'`), key).toBe(true);
    for (const [, key] of source.matchAll(/\bt\('([a-zA-Z.]+)'/g)) expect(en, key).toHaveProperty([key!]);
  });
});
