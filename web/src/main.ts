import { mount } from 'svelte';
import App from './App.svelte';
import { i18n } from './lib/i18n/index.svelte';
import { session } from './lib/session.svelte';
import './styles/base.css';

// The language first: nothing should be seen to change it.
await Promise.all([session.start(), i18n.start()]);
if (session.info?.locale) await i18n.start(session.info.locale);
mount(App, { target: document.getElementById('app')! });
