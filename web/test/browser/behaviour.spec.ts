import { expect, test } from './kit';

test('the debugging story: from the overview to the call that fails', async ({ page }) => {
  await page.goto('/namespaces');
  const trouble = page.getByRole('region', { name: 'Trouble begins here' }).getByRole('link', { name: /voting/ });
  await expect(trouble).toContainText('vote-bot');
  await trouble.click();
  await expect(page).toHaveURL('/namespaces/emojivoto/deployments/voting');
  const route = page.getByRole('row', { name: /VoteDoughnut/ }).first();
  await expect(route).toContainText('0%');
  await page.getByRole('main').getByRole('link', { name: 'Tap', exact: true }).click();
  await page.getByRole('searchbox', { name: 'Filter requests' }).fill('error');
  // One vote in seven is for the doughnut.
  await expect(page.getByRole('rowheader').first()).toContainText('VoteDoughnut', { timeout: 60_000 });
  await expect(page.getByRole('row', { name: /UNKNOWN/ }).first()).toBeVisible();
});

test('a tap: form, command, pause, expand, filter', async ({ page }) => {
  await page.goto('/tap');
  await page.getByLabel('Namespace', { exact: true }).selectOption('emojivoto');
  await page.getByLabel('Workload', { exact: true }).selectOption('deployment/web');
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByLabel('Method').selectOption('POST');
  await page.getByLabel('To namespace').selectOption('emojivoto');
  await page.getByLabel('To workload').selectOption('deployment/voting');
  await page.getByLabel('Show headers').check();
  await expect(page.getByText('linkerd viz tap deployment/web --namespace emojivoto --to deployment/voting --method POST -o json')).toBeVisible();
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page).toHaveURL(/resource=deployment%2Fweb/);
  const rows = page.locator('tbody');
  await expect(rows.nth(2)).toBeVisible();

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('paused; requests are still being counted')).toBeVisible();
  const seen = await rows.allInnerTexts();
  await page.waitForFunction((count) => performance.now() > count, await page.evaluate(() => performance.now() + 1500));
  expect(await rows.allInnerTexts()).toEqual(seen);

  await rows.first().getByRole('button').click();
  await expect(page.getByText('l5d-client-id')).toBeVisible();
  await expect(page.getByText('VotingService').first()).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => rows.count()).toBeGreaterThan(seen.length);

  await page.getByRole('searchbox', { name: 'Filter requests' }).fill('status:many');
  await expect(page.getByText('Not understood: status:many')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Filter requests' }).fill('path:/nowhere');
  await expect(page.getByText('No request matches the filter')).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('stopped')).toBeVisible();
});

test('a tap that the server refuses says why', async ({ page }) => {
  await page.goto('/tap?namespace=emojivoto&resource=deployment/nowhere');
  await expect(page.getByText('no pods found for deployment/nowhere')).toBeVisible();
});

test('top counts calls as they happen', async ({ page }) => {
  await page.goto('/top?namespace=emojivoto');
  const row = page.getByRole('row', { name: /ListAll/ });
  await expect(row).toBeVisible();
  const count = async (): Promise<number> => Number(await row.getByRole('cell').nth(2).innerText());
  const before = await count();
  await expect.poll(count).toBeGreaterThan(before);
  await expect(page.getByText('linkerd viz top namespace/emojivoto')).toBeVisible();
});

test('search and shortcuts lead everywhere without a mouse', async ({ page }) => {
  await page.goto('/community');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search' }).fill('emoji voting');
  await expect(page.getByRole('dialog').getByRole('option').first()).toContainText('emojivoto/voting');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/namespaces/emojivoto/deployments/voting');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  for (const [key, path] of [['m', '/topology'], ['t', '/tap'], ['a', '/authorization'], ['n', '/namespaces']] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await expect(page).toHaveURL(path);
  }
  await expect(page.locator('[data-row]').first()).toBeVisible();
  await page.keyboard.press('j');
  await expect(page.locator('[data-row]').first()).toBeFocused();
  await page.keyboard.press('j');
  await expect(page.locator('[data-row]').nth(1)).toBeFocused();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Filter workloads' })).toBeFocused();
  await page.keyboard.type('voting');
  await expect(page.getByRole('table', { name: 'Workloads' }).getByRole('row')).toHaveCount(2);
});

test('deep links and the way back', async ({ page }) => {
  await page.goto('/overview');
  await expect(page).toHaveURL('/namespaces');
  await page.getByRole('link', { name: /emojivoto$/ }).last().click();
  await expect(page).toHaveURL('/namespaces/emojivoto');
  await page.getByRole('table').getByRole('link', { name: / web$/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'web' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: 'emojivoto' })).toBeVisible();
  await page.goto('/namespaces/emojivoto/deployments/nothing');
  await expect(page.getByRole('alert')).toContainText('there is no deployment nothing in namespace emojivoto');
});

test('the graph: keys, tips and clicks', async ({ page }) => {
  await page.goto('/namespaces/emojivoto');
  const graph = page.getByRole('application');
  await graph.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText(/web in emojivoto: success \d/)).toBeAttached();
  await expect(page.locator('.tip')).toContainText('deployment');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/namespaces/emojivoto/deployments/web');

  const where = await page.getByRole('application').evaluate((host) => {
    const { scene } = host.querySelector('canvas') as unknown as { scene: { placed(id: string): { id: string }; screenBox(placed: unknown): { x: number; y: number; width: number; height: number } } };
    const box = scene.screenBox(scene.placed('emojivoto/deployment/voting'));
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  });
  await page.getByRole('application').hover({ position: where });
  await expect(page.locator('.tip')).toContainText('voting');
  await page.getByRole('application').click({ position: where });
  await expect(page).toHaveURL('/namespaces/emojivoto/deployments/voting');
});

test('whoever asks for less motion gets none', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/namespaces/booksapp');
  const dots = () => page.getByRole('application').evaluate((host) => (host.querySelector('canvas') as unknown as { scene: { dotCount: number; frames: number } }).scene);
  await expect.poll(async () => (await dots()).frames).toBeGreaterThan(30);
  expect(await page.getByRole('application').evaluate((host) => (host.querySelector('canvas') as unknown as { scene: { moving: boolean } }).scene.moving)).toBe(false);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await expect.poll(() => page.getByRole('application').evaluate((host) => (host.querySelector('canvas') as unknown as { scene: { dotCount: number } }).scene.dotCount)).toBeGreaterThan(0);
});

test('charts can be read with the keyboard, over three ranges', async ({ page }) => {
  await page.goto('/namespaces/emojivoto/deployments/web');
  const chart = page.getByRole('img', { name: /^Latency: P50/ });
  await chart.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('.chart').nth(2).locator('.when')).toHaveText(/^\d\d:\d\d:\d\d$/);
  const asked = page.waitForRequest(/range=6h/);
  await page.getByRole('radio', { name: '6h' }).check({ force: true });
  expect((await asked).url()).toContain('step=1m');
});

test('theme and language are kept', async ({ page }) => {
  await page.goto('/community');
  await page.getByRole('button', { name: 'Theme: System' }).click();
  await page.getByRole('button', { name: 'Theme: Light' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByLabel('Language').selectOption('ko');
  await expect(page.getByRole('heading', { level: 1, name: '커뮤니티' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: '커뮤니티' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('a server that fails, and then does not', async ({ page }) => {
  let broken = true;
  await page.route('**/api/overview*', (route) => (broken ? route.fulfill({ status: 503, json: { error: 'Prometheus cannot be reached at prometheus.linkerd-viz:9090' } }) : route.continue()));
  await page.goto('/namespaces');
  await expect(page.getByRole('alert')).toContainText('Prometheus cannot be reached');
  broken = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.locator('tbody tr').first()).toBeVisible();
  await page.route('**/api/**', (route) => route.abort());
  await expect(page.getByRole('alert')).toContainText("The dashboard's server cannot be reached");
  // What was seen stays on the page.
  await expect(page.locator('tbody tr').first()).toBeVisible();
});

test('before the first answer there is a skeleton', async ({ page }) => {
  let answer = (): void => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/controlplane', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/controlplane');
  await expect(page.getByRole('status', { name: 'Loading …' })).toBeVisible();
  answer();
  await expect(page.getByText('linkerd-destination').first()).toBeVisible();
});

test('script in a name is text', async ({ page }) => {
  const evil = '<img src=x onerror=document.title="owned">';
  await page.route('**/api/extensions', (route) => route.fulfill({ json: [{ name: evil, namespace: evil, version: evil, readyPods: 1, pods: 1, uri: 'javascript:alert(1)' }] }));
  await page.goto('/extensions');
  await expect(page.getByRole('heading', { name: evil })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Open' })).toHaveCount(0);
  expect(await page.title()).not.toBe('owned');
});

test('a service profile is made, shown and saved', async ({ page }) => {
  await page.goto('/profiles/new');
  await page.getByLabel('Namespace').fill('booksapp');
  await page.getByLabel('Service', { exact: true }).fill('authors');
  await page.getByRole('button', { name: 'Create template' }).click();
  await expect(page.getByText('name: authors.booksapp.svc.cluster.local')).toBeVisible();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'authors-profile.yaml' }).click();
  expect((await saved).suggestedFilename()).toBe('authors-profile.yaml');
});

test('narrow: the menu holds what the sidebar held', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/namespaces');
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Gateways' }).click();
  await expect(page).toHaveURL('/gateways');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
