import type { Page } from '@playwright/test';
import { expect, test } from './kit';

test.use({ baseURL: 'http://127.0.0.1:8096' });

async function login(page: Page, user: string, password: string): Promise<void> {
  await page.getByLabel('User').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

test('a wrong password is refused, the right one leads on to where one wanted to go', async ({ page }) => {
  await page.goto('/namespaces/emojivoto');
  await login(page, 'admin', 'guess');
  await expect(page.getByRole('alert')).toHaveText('User or password is wrong.');
  await expect(page.getByLabel('Password')).toHaveValue('');
  await login(page, 'admin', 'mesh');
  await expect(page.getByRole('heading', { level: 1, name: 'emojivoto' })).toBeVisible();
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Log in' })).toBeVisible();
});

test('a session that ends says so, and goes on in the same place', async ({ page, context }) => {
  await page.goto('/gateways');
  await login(page, 'admin', 'mesh');
  await expect(page.getByText('west')).toBeVisible();
  await context.clearCookies();
  await expect(page.getByRole('heading', { level: 1, name: 'Your session has ended' })).toBeVisible();
  await login(page, 'admin', 'mesh');
  await expect(page.getByText('west')).toBeVisible();
  await expect(page).toHaveURL('/gateways');
});

test('who may only look cannot tap, and is told whom to ask', async ({ page }) => {
  await page.goto('/tap');
  await login(page, 'viewer', 'mesh');
  await expect(page.getByText('You may not tap')).toBeVisible();
  await page.goto('/namespaces/emojivoto/deployments/web');
  await expect(page.getByRole('heading', { name: 'Pods' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Live calls' })).toHaveCount(0);
});

test('too many attempts are told to wait', async ({ page }) => {
  await page.goto('/namespaces');
  for (let attempt = 0; attempt < 6; attempt++) {
    await login(page, 'mallory', `guess ${attempt}`);
    await expect(page.getByRole('button', { name: 'Log in' })).toBeEnabled();
  }
  await expect(page.getByRole('alert')).toHaveText('Too many attempts. Wait a minute, then try again.');
});

test('single sign-on comes back to the page', async ({ page }) => {
  await page.goto('http://127.0.0.1:8094/tap?namespace=emojivoto');
  const link = page.getByRole('link', { name: 'Continue with single sign-on' });
  await expect(link).toHaveAttribute('href', '/api/oidc/start?return=%2Ftap%3Fnamespace%3Demojivoto');
  await link.click();
  await expect(page.getByText('ada@example.org')).toBeVisible();
});
