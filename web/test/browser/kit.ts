import { AxeBuilder } from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';

export const shots = '../artifacts/dashboard';

/** A page that fails its test when the browser reports an error, a violation of the content security policy, or a call to another host. */
export const test = base.extend<{ strict: void }>({
  strict: [
    async ({ page, baseURL }, use) => {
      const wrong: string[] = [];
      page.on('pageerror', (error) => wrong.push(`exception: ${error.message}`));
      page.on('console', (message) => {
        // The browser reports every failed request itself; tests that cause one expect it.
        if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text())) wrong.push(message.text());
      });
      page.on('request', (request) => {
        const { hostname, protocol } = new URL(request.url());
        if (protocol.startsWith('http') && hostname !== '127.0.0.1') wrong.push(`asked another host: ${request.url()} (${baseURL})`);
      });
      await use();
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** No violation of WCAG 2.2 A and AA, nor of axe's best practices. */
export async function accessible(page: Page, where: string): Promise<void> {
  // An animation that has not ended has colours of its own.
  await page.evaluate(() => Promise.all(document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity).map((one) => one.finished.catch(() => {}))));
  const { violations } = await new AxeBuilder({ page }).analyze();
  const text = violations.map((one) => `${one.id} (${one.help}): ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.failureSummary?.split('\n')[1] ?? ''}`).join('; ')}`);
  expect(text, where).toEqual([]);
}

/** Nothing sticks out of the page to the side. */
export async function fits(page: Page, where: string): Promise<void> {
  const over = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > width + 1 && !one.closest('.scroll')).slice(0, 4).map((one) => `${one.tagName}.${one.className}`);
  });
  expect(over, where).toEqual([]);
}

export const widths = [390, 834, 1440];
export const themes = ['light', 'dark'] as const;
