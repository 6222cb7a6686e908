import { accessible, expect, fits, shots, test } from './kit';

// Against a real server with the demo emojivoto behind it: LINKERD_WEB=http://127.0.0.1:8084 npx playwright test

const pages = ['/namespaces', '/namespaces/emojivoto', '/namespaces/emojivoto/deployments/web', '/topology', '/topology?view=table', '/tap', '/top', '/routes?namespace=emojivoto', '/authorization', '/controlplane', '/gateways', '/extensions', '/community', '/profiles/new'];

for (const path of pages) {
  test(`${path} answers, fits and is accessible`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('status', { name: 'Loading …' })).toHaveCount(0);
    await expect(page.getByRole('alert')).toHaveCount(0);
    for (const [width, theme] of [[1440, 'light'], [834, 'light'], [390, 'dark']] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: theme });
      await fits(page, `${path} ${width}`);
      if (width !== 834) await accessible(page, `${path} ${width}`);
      await page.screenshot({ path: `${shots}/live/pages${path.replaceAll(/[^a-z]+/g, '-')}-${width}.png` });
    }
  });
}

test('the debugging story, with live traffic', async ({ page }) => {
  // The pictures of docs/tasks/debugging.md.
  const picture = (name: string) => page.screenshot({ path: `${shots}/live/debugging-${name}.png` });
  await page.setViewportSize({ width: 1280, height: 800 });

  // The demo fails from its first minute on; rates need two scrapes.
  await page.goto('/namespaces');
  const trouble = page.getByRole('region', { name: 'Trouble begins here' });
  await expect(trouble.getByRole('link', { name: /voting/ })).toBeVisible({ timeout: 90_000 });
  await picture('1-overview');

  await page.goto('/namespaces/emojivoto/deployments/web');
  await expect(page.getByRole('application')).toBeVisible();
  const rate = page.locator('.facts .lead dd');
  await expect(rate).not.toHaveText(/100%|–/);
  await expect(page.getByRole('row', { name: /api\/vote/ }).first()).toBeVisible({ timeout: 60_000 });
  await picture('2-web');

  await page.goto('/namespaces/emojivoto/deployments/voting');
  await expect(page.getByRole('row', { name: /VoteDoughnut/ }).first()).toBeVisible({ timeout: 60_000 });
  await page.getByRole('row', { name: /VoteDoughnut/ }).first().scrollIntoViewIfNeeded();
  await picture('3-voting');

  await page.goto('/tap?namespace=emojivoto&resource=deployment/web&to_namespace=emojivoto&to_resource=deployment/voting');
  await page.getByRole('searchbox', { name: 'Filter requests' }).fill('error');
  await expect(page.getByRole('rowheader').first()).toContainText('VoteDoughnut', { timeout: 90_000 });
  await page.locator('tbody button').first().click();
  await picture('4-tap');
});

test('the graph moves', async ({ page }) => {
  await page.goto('/namespaces/emojivoto');
  const dots = () => page.getByRole('application').evaluate((host) => (host.querySelector('canvas') as unknown as { scene: { dotCount: number } }).scene.dotCount);
  await expect.poll(dots, { timeout: 60_000 }).toBeGreaterThan(3);
});

test('checks run', async ({ page }) => {
  await page.goto('/controlplane');
  await page.getByRole('button', { name: 'Run checks' }).click();
  await expect(page.getByRole('dialog').getByText('kubernetes-api')).toBeVisible({ timeout: 60_000 });
});
