import { mount } from 'svelte';

import './theme/tokens.css';
import './theme/base.css';
import { i18n } from './i18n/i18n.svelte';
import { commands } from './keys/keys.svelte';
import App from './shell/App.svelte';
import { layout } from './shell/layout.svelte';
import { shellMessages, uiMessages } from './shell/messages';
import { session } from './state/session.svelte';
import { theme } from './theme/theme.svelte';
import { units } from './units/units.svelte';

i18n.register('ui', uiMessages);
i18n.register('shell', shellMessages);
i18n.start();
theme.start();
units.start();
layout.start();
commands.allows = (scope) => session.may(scope);

const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');
mount(App, { target });
