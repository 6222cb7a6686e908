import type { Page } from '@playwright/test';
import en from '../../src/lib/i18n/en';
import ja from '../../src/lib/i18n/ja';
import ko from '../../src/lib/i18n/ko';
import { accessible, expect, fits, shots, test, themes, widths } from './kit';

const languages = { en, ko, ja };
type Messages = Record<keyof typeof en, string>;

interface Case {
  name: string;
  path: string;
  /** What must be there before anything is judged. */
  ready: (page: Page, words: Messages) => Promise<void>;
  base?: string;
}

const heading = (key: keyof Messages) => async (page: Page, words: Messages) => expect(page.getByRole('heading', { level: 1, name: words[key] })).toBeVisible();
const rows = async (page: Page): Promise<void> => expect(page.locator('tbody tr').first()).toBeVisible();
const dialog = async (page: Page): Promise<void> => expect(page.getByRole('dialog')).toBeVisible();

const cases: Case[] = [
  { name: 'namespaces', path: '/namespaces', ready: async (page, words) => { await heading('nav.namespaces')(page, words); await rows(page); } },
  { name: 'namespace', path: '/namespaces/booksapp', ready: async (page) => { await rows(page); await expect(page.getByRole('application')).toBeVisible(); } },
  { name: 'kind', path: '/namespaces/booksapp/statefulsets', ready: rows },
  { name: 'workload', path: '/namespaces/emojivoto/deployments/web', ready: async (page, words) => { await rows(page); await expect(page.getByRole('heading', { name: words['workload.history'] })).toBeVisible(); await expect(page.locator('.chart svg').first()).toBeVisible(); await expect(page.getByText(words['live.open'], { exact: true })).toBeVisible(); } },
  { name: 'topology', path: '/topology', ready: async (page, words) => { await heading('nav.topology')(page, words); await expect(page.getByRole('application')).toBeVisible(); } },
  { name: 'topology-table', path: '/topology?view=table&namespace=booksapp', ready: rows },
  { name: 'tap', path: '/tap?namespace=emojivoto&method=POST&extract=true', ready: async (page, words) => { await heading('nav.tap')(page, words); await rows(page); await page.locator('[aria-expanded=false]').last().click(); } },
  { name: 'tap-empty', path: '/tap', ready: async (page, words) => expect(page.getByText(words['tap.choose'])).toBeVisible() },
  { name: 'top', path: '/top?namespace=booksapp', ready: async (page, words) => { await heading('nav.top')(page, words); await rows(page); } },
  { name: 'routes', path: '/routes?namespace=booksapp', ready: async (page, words) => { await heading('nav.routes')(page, words); await rows(page); } },
  { name: 'authorization', path: '/authorization', ready: async (page, words) => { await heading('nav.authorization')(page, words); await rows(page); await page.locator('summary').first().click(); } },
  { name: 'controlplane', path: '/controlplane', ready: async (page, words) => { await heading('nav.controlplane')(page, words); await page.locator('summary').first().click(); } },
  { name: 'gateways', path: '/gateways', ready: async (page, words) => { await heading('nav.gateways')(page, words); await rows(page); } },
  { name: 'extensions', path: '/extensions', ready: async (page, words) => { await heading('nav.extensions')(page, words); await expect(page.getByText('linkerd-viz')).toBeVisible(); } },
  { name: 'community', path: '/community', ready: async (page, words) => { await heading('nav.community')(page, words); await expect(page.getByText('edge-26.11.2')).toBeVisible(); } },
  { name: 'missing', path: '/nowhere', ready: async (page, words) => expect(page.getByRole('heading', { level: 1, name: words['missing.title'] })).toBeAttached() },
  { name: 'empty', path: '/namespaces', base: 'http://127.0.0.1:8095', ready: async (page, words) => expect(page.getByText(words['namespaces.empty'])).toBeVisible() },
  { name: 'login', path: '/namespaces', base: 'http://127.0.0.1:8096', ready: heading('login.title') },
  { name: 'login-oidc', path: '/tap', base: 'http://127.0.0.1:8094', ready: async (page, words) => expect(page.getByRole('link', { name: words['login.oidc'] })).toBeVisible() },
  { name: 'dialog-check', path: '/controlplane', ready: async (page, words) => { await page.getByRole('button', { name: words['check.run'] }).click(); await dialog(page); await expect(page.getByText('linkerd-data-plane')).toBeVisible(); } },
  { name: 'dialog-profile', path: '/profiles/new?namespace=booksapp&service=authors', ready: async (page, words) => { await dialog(page); await page.getByRole('button', { name: words['profile.make'] }).click(); await expect(page.getByText('kind: ServiceProfile')).toBeVisible(); } },
  { name: 'dialog-search', path: '/extensions', ready: async (page, words) => { await expect(page.getByRole('heading', { level: 1 })).toBeVisible(); await page.keyboard.press('Control+k'); await page.getByRole('combobox', { name: words['palette.label'] }).fill('web'); await expect(page.getByRole('dialog').getByRole('option').first()).toBeVisible(); } },
  { name: 'dialog-shortcuts', path: '/extensions', ready: async (page) => { await expect(page.getByRole('heading', { level: 1 })).toBeVisible(); await page.keyboard.press('?'); await dialog(page); } },
];

// Each language at each width, each theme at each width and each language in each theme: nine views of a page show every pair.
for (const { name, path, ready, base } of cases) {
  test(name, async ({ browser }) => {
    for (const [at, [language, words]] of Object.entries(languages).entries()) {
      const context = await browser.newContext({ locale: language, baseURL: base ?? 'http://127.0.0.1:8093', viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
      const page = await context.newPage();
      await page.goto(path);
      await ready(page, words);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      for (const [step, width] of widths.entries()) {
        const theme = themes[(at + step) % 2]!;
        const where = `${name} ${language} ${theme} ${width}`;
        await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
        await page.emulateMedia({ colorScheme: theme });
        await fits(page, where);
        // Structure is the same in each language: light and wide, dark and narrow, dark and wide.
        if ((language === 'en' && width === 1440) || (language === 'ko' && width !== 834)) await accessible(page, where);
        await page.screenshot({ path: `${shots}/${name}/${language}-${theme}-${width}.png` });
      }
      await context.close();
    }
  });
}
