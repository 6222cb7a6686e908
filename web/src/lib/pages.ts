import type { IconName } from '../components/Icon.svelte';
import type { Key } from './i18n/index.svelte';

export interface PageEntry {
  to: string;
  label: Key;
  icon: IconName;
  group: 'see' | 'live' | 'mesh';
}

export const pages: PageEntry[] = [
  { to: '/namespaces', label: 'nav.namespaces', icon: 'namespaces', group: 'see' },
  { to: '/topology', label: 'nav.topology', icon: 'topology', group: 'see' },
  { to: '/tap', label: 'nav.tap', icon: 'tap', group: 'live' },
  { to: '/top', label: 'nav.top', icon: 'top', group: 'live' },
  { to: '/routes', label: 'nav.routes', icon: 'routes', group: 'live' },
  { to: '/authorization', label: 'nav.authorization', icon: 'authorization', group: 'mesh' },
  { to: '/controlplane', label: 'nav.controlplane', icon: 'controlplane', group: 'mesh' },
  { to: '/gateways', label: 'nav.gateways', icon: 'gateways', group: 'mesh' },
  { to: '/extensions', label: 'nav.extensions', icon: 'extensions', group: 'mesh' },
  { to: '/community', label: 'nav.community', icon: 'community', group: 'mesh' },
];
