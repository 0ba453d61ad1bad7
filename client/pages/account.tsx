// Entry of the pages about who somebody is: signing in, an account, a new password.

import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/floats.css';
import '../styles/frame.css';
import '../styles/home.css';
import '../styles/account.css';
import { render } from 'preact';
import { SignPage } from '../panels/sign.tsx';
import { AppContext } from '../ui/app.ts';
import { applyTheme, readAccountBoot, readBoot } from '../ui/boot.ts';
import { createApp } from '../ui/create-app.ts';

const boot = readBoot();
applyTheme(boot.theme);
const app = await createApp(boot);

const root = document.getElementById('app') ?? document.body;
root.replaceChildren();
render(
  <AppContext.Provider value={app}>
    <SignPage boot={readAccountBoot()} />
  </AppContext.Provider>,
  root,
);
document.getElementById(readAccountBoot().view === 'reset' ? 'password' : 'username')?.focus();
