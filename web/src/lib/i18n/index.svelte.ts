import { keep, stored } from '../prefs.svelte';
import en from './en';

export type Key = keyof typeof en;
export type Messages = Record<Key, string>;
export const languages = { en: 'English', ko: '한국어', ja: '日本語' } as const;
export type Language = keyof typeof languages;

const loaders: Record<Exclude<Language, 'en'>, () => Promise<{ default: Messages }>> = {
  ko: () => import('./ko'),
  ja: () => import('./ja'),
};

const known = (name: string | null | undefined): Language | null => {
  const short = name?.slice(0, 2).toLowerCase();
  return short && short in languages ? (short as Language) : null;
};

/** The language of the page. English is built in; the others are fetched when they are chosen. */
class I18n {
  language = $state<Language>('en');
  messages = $state.raw<Messages>(en);

  /** What was chosen here before, else what the server says, else what the browser prefers. */
  async start(fromServer?: string | null): Promise<void> {
    const preferred = navigator.languages.map(known).find((language) => language !== null);
    await this.set(known(stored('language')) ?? known(fromServer) ?? preferred ?? 'en', false);
  }

  async set(language: Language, remember = true): Promise<void> {
    if (remember) keep('language', language);
    this.messages = language === 'en' ? en : (await loaders[language]()).default;
    this.language = language;
    document.documentElement.lang = language;
  }
}

export const i18n = new I18n();

/** The message with its `{names}` filled in. `one|other` holds two plural forms, chosen by `{n}`. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(i18n.messages[key] ?? en[key], values, i18n.language);
}

export function fill(text: string, values: Record<string, string | number>, language: string): string {
  const forms = text.split('|');
  const chosen = forms.length === 2 && 'n' in values ? forms[new Intl.PluralRules(language).select(Number(values.n)) === 'one' ? 0 : 1]! : text;
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
