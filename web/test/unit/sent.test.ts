import { describe, expect, it } from 'vitest';
import { flatten } from '../../src/lib/sent';
import type { SentRoute } from '../../src/lib/types';

const route = (more: Partial<SentRoute>): SentRoute => ({
  resource: 'client', service: 'web', port: '80', route: 'canary', kind: 'HTTPRoute', success: 1, rps: 10, timeouts: 0, retries: 0, sentSuccess: 1, sentRps: 10, backends: [], ...more,
});
const backend = (name: string, share: number) => ({ name, port: '80', share, success: 1, rps: 10 * share });

describe('what is sent', () => {
  it('has each backend below its route', () => {
    const lines = flatten([route({ backends: [backend('web-stable', 0.9), backend('web-canary', 0.1)] }), route({ service: 'stock', route: 'again', retries: 0.3, sentSuccess: 0.7, sentRps: 14 })]);
    expect(lines.map((line) => [line.backend ? '-' : '', line.name, line.share])).toEqual([['', 'web:80', null], ['-', 'web-stable:80', 0.9], ['-', 'web-canary:80', 0.1], ['', 'stock:80', null]]);
    expect(lines.map((line) => line.last)).toEqual([false, false, true, false]);
    expect(lines[0]!.about).toBe('HTTPRoute/canary');
    expect(lines[3]).toMatchObject({ retries: 0.3, sentSuccess: 0.7, sentRps: 14 });
    expect(new Set(lines.map((line) => line.id)).size).toBe(lines.length);
  });

  it('does not repeat a Service that is its own only backend', () => {
    expect(flatten([route({ route: '[default]', kind: '', backends: [backend('web', 1)] })]).map((line) => [line.name, line.about])).toEqual([['web:80', '[default]']]);
    // A route that somebody wrote says where it goes.
    expect(flatten([route({ backends: [backend('web', 1)] })])).toHaveLength(2);
  });

  it('leaves out what is not known of a profile', () => {
    expect(flatten([route({ kind: 'ServiceProfile', route: 'GET /', port: '' })])[0]).toMatchObject({ name: 'web', about: 'ServiceProfile/GET /' });
  });
});
