// Home page entry: wires the list to the server, the address bar and the clock.

import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/floats.css';
import '../styles/frame.css';
import '../styles/home.css';
import '../styles/account.css';
import { render } from 'preact';
import { tellAdopted } from '../panels/account-actions.ts';
import { Home, HomeHeader } from '../panels/home.tsx';
import { createHomeState } from '../panels/home-state.ts';
import { offerUndoOfTrash } from '../panels/trash.ts';
import { AppContext } from '../ui/app.ts';
import { applyTheme, readBoot } from '../ui/boot.ts';
import { createApp } from '../ui/create-app.ts';

/** Who is where and what changed: asked again this often while the page is looked at … */
const REFRESH_MS = 15_000;
/** … but not for ever in a forgotten tab: 30 minutes after it was last focused. */
const MAX_REFRESHES = 120;
const FIRST_ANSWER_MS = 150;

const boot = readBoot();
applyTheme(boot.theme);
const app = await createApp(boot);
const query = new URLSearchParams(location.search).get('q') ?? '';
const serverList = document.querySelector('.docs');
/** The server has looked: who has nothing and searches nothing sees the empty page at once. */
const isEmpty = query === '' && serverList !== null && serverList.childElementCount === 0;
const state = createHomeState(
  app.api,
  query,
  (query) => {
    const url = new URL(location.href);
    if (query) url.searchParams.set('q', query);
    else url.searchParams.delete('q');
    history.replaceState(null, '', url);
  },
  isEmpty ? [] : null,
);

const root = document.getElementById('app') ?? document.body;
const mount = () => {
  root.replaceChildren();
  render(
    <AppContext.Provider value={app}>
      <HomeHeader />
      <Home state={state} preview={serverList} />
    </AppContext.Provider>,
    root,
  );
  offerUndoOfTrash(app, () => void state.refresh());
  tellAdopted(app);
};
// Most answers are there within this time: then the server's list is replaced once, by the whole page.
const answered = state.refresh();
void Promise.race([answered, new Promise((resolve) => setTimeout(resolve, FIRST_ANSWER_MS))]).then(
  mount,
);

let refreshes = 0;
const renew = () => {
  refreshes = 0;
  if (document.visibilityState === 'visible') void state.refresh();
};
setInterval(() => {
  if (document.visibilityState !== 'visible' || refreshes >= MAX_REFRESHES) return;
  refreshes += 1;
  void state.refresh();
}, REFRESH_MS);
window.addEventListener('focus', renew);
document.addEventListener('visibilitychange', renew);
// Back from a document by the browser's back button: the page comes from its cache, the list is old.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) renew();
});
