import type { Key } from './i18n/index.svelte';

export interface Shortcut {
  keys: string[];
  label: Key;
  /** Where `g` and the second key lead. */
  to?: string;
}

export const shortcuts: Shortcut[] = [
  { keys: ['Ctrl', 'K'], label: 'shortcuts.search' },
  { keys: ['/'], label: 'shortcuts.filter' },
  { keys: ['j', 'k'], label: 'shortcuts.rows' },
  { keys: ['g', 'n'], label: 'nav.namespaces', to: '/namespaces' },
  { keys: ['g', 'm'], label: 'nav.topology', to: '/topology' },
  { keys: ['g', 't'], label: 'nav.tap', to: '/tap' },
  { keys: ['g', 'o'], label: 'nav.top', to: '/top' },
  { keys: ['g', 'r'], label: 'nav.routes', to: '/routes' },
  { keys: ['g', 'a'], label: 'nav.authorization', to: '/authorization' },
  { keys: ['g', 'c'], label: 'nav.controlplane', to: '/controlplane' },
  { keys: ['g', 'w'], label: 'nav.gateways', to: '/gateways' },
  { keys: ['g', 'e'], label: 'nav.extensions', to: '/extensions' },
  { keys: ['?'], label: 'shortcuts.title' },
];
