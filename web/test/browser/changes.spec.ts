import { execFileSync } from 'node:child_process';
import type { Locator } from '@playwright/test';
import { accessible, expect, fits, shots, test } from './kit';

// A traffic split and retries, seen while they happen. ChangesInDashboardTests of tests/Linkerd.Cli.Tests brings up the mesh that this needs: LINKERD_WEB is its
// dashboard, CHANGES the manifest that changes it, for the kubectl of KUBECONFIG.
const changes = process.env.CHANGES ?? '';
test.skip(changes === '', 'needs a mesh of its own');

const percent = (text: string): number => Number.parseFloat(text.replace('%', ''));

/** The figures of a line in the table of what is sent, by the heads of its columns. */
async function figures(table: Locator, line: Locator): Promise<Record<string, number>> {
  const heads = await table.getByRole('columnheader').allInnerTexts();
  const cells = await line.locator('th, td').allInnerTexts();
  return Object.fromEntries(heads.map((head, index) => [head.trim(), percent(cells[index] ?? '')]));
}

test('a split and retries appear on pages that are open', async ({ page, context }) => {
  test.setTimeout(300_000);
  await page.setViewportSize({ width: 1280, height: 800 });
  // Drawing is left to the picture: what is waited for is text.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/namespaces/market/deployments/client');
  const routes = await context.newPage();
  await routes.setViewportSize({ width: 1280, height: 800 });
  await routes.goto('/routes?namespace=market&resource=deployment/client');

  // Before: two are called (who calls is not looked at: the server of the live calls does), and every other answer of stock is a failure that reaches the client.
  await expect(page.getByRole('application', { name: /, 2 called/ })).toBeVisible({ timeout: 45_000 });
  const sent = routes.getByRole('table', { name: 'What it sends' });
  const stock = sent.getByRole('row', { name: /stock:8080/ }).first();
  await expect(stock).toBeVisible({ timeout: 45_000 });
  expect((await figures(sent, stock))['Success rate']).toBeLessThan(70);
  await expect(sent.getByRole('columnheader', { name: 'Retries' })).toHaveCount(0);
  for (const one of [page, routes]) await one.evaluate(() => Object.assign(window, { opened: 'before' }));

  execFileSync('kubectl', ['apply', '-f', changes], { stdio: 'pipe' });

  // The split: a third neighbour, and a tenth of what the route sends.
  await expect(page.getByRole('application', { name: /, 3 called/ })).toBeVisible({ timeout: 60_000 });
  const here = page.getByRole('table', { name: 'What it sends' });
  const canary = here.getByRole('row', { name: /web-canary:8080/ });
  await expect.poll(async () => (await figures(here, canary)).Share, { timeout: 60_000 }).toBeGreaterThan(5);
  expect((await figures(here, canary)).Share).toBeLessThan(16);
  await expect(page.getByRole('table', { name: 'Connections and identities' }).getByRole('link', { name: 'web-canary' })).toBeVisible();

  // The retries: the client sees successes, and what is sent still fails every other time.
  const retried = sent.getByRole('row', { name: /HTTPRoute\/stock/ });
  await expect.poll(async () => (await figures(sent, retried)).Retries, { timeout: 60_000 }).toBeGreaterThan(20);
  const after = await figures(sent, retried);
  expect(after['Success rate']).toBeGreaterThan(95);
  expect(after['Sent success']).toBeLessThan(75);
  expect(after['Sent RPS']).toBeGreaterThan(after.RPS! * 1.2);
  for (const one of [page, routes]) expect(await one.evaluate(() => (window as unknown as { opened?: string }).opened)).toBe('before');

  // The pictures of docs/tasks/watch-changes.md.
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await expect.poll(() => page.getByRole('application').evaluate((host) => (host.querySelector('canvas') as unknown as { scene: { dotCount: number } }).scene.dotCount), { timeout: 30_000 }).toBeGreaterThan(3);
  await page.screenshot({ path: `${shots}/live/changes-1-graph.png` });
  await routes.screenshot({ path: `${shots}/live/changes-2-routes.png` });
  for (const [width, theme] of [[1280, 'light'], [390, 'dark']] as const) {
    await routes.setViewportSize({ width, height: 800 });
    await routes.emulateMedia({ colorScheme: theme });
    await fits(routes, `routes ${width} ${theme}`);
    await accessible(routes, `routes ${width} ${theme}`);
    await routes.screenshot({ path: `${shots}/live/changes-routes-${theme}-${width}.png` });
  }
});
