import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

// A real server (LINKERD_WEB=http://127.0.0.1:8084), or mocks: a busy world and a small one, an empty one, and two that ask for a login.
const live = process.env.LINKERD_WEB;
// Debian's chromium where Playwright's own cannot be downloaded.
const chromium = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const mock = (port: number, words = '') => ({ command: `node mock/server.mjs --port ${port} ${words}`, port, reuseExistingServer: false });

export default defineConfig({
  testDir: 'test/browser',
  outputDir: 'test-results',
  testMatch: live ? /(live|changes)\.spec\.ts/ : /(pages|behaviour|login|speed)\.spec\.ts/,
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: live ?? 'http://127.0.0.1:8097',
    viewport: { width: 1440, height: 900 },
    locale: 'en',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: { ...(chromium ? { executablePath: chromium } : {}), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] },
  },
  ...(live ? {} : { webServer: [mock(8097), mock(8096, '--login password'), mock(8095, '--empty'), mock(8094, '--login oidc'), mock(8093, '--small')] }),
});
