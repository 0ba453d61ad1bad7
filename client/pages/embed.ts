// Entry of the page in a frame while there is no document: takes the token behind `#token=`, or asks the
// page around it for one, and goes on to the document. Its words are in the page already, hidden.

import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/home.css';
import type { EmbedBoot } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { embedApi } from '../api/embed-api.ts';
import { isUnreachable } from '../api/http.ts';
import { listenToHost, tellHost } from '../panels/frame-host.ts';
import { readEmbedBoot } from '../ui/boot.ts';

/** Longer than any page takes to answer that means to. */
const WAIT_MS = 4_000;

const boot = readEmbedBoot();
const states = ['loading', 'waiting', 'refused', 'blocked', 'alone', 'unreachable'] as const;
const detail = document.getElementById('embed-detail');

function show(state: EmbedBoot['state'], words = ''): void {
  for (const each of states) {
    const section = document.getElementById(`embed-${each}`);
    if (section) section.hidden = each !== state;
  }
  if (detail) detail.textContent = words;
}

/** Counts what is under way: of two tokens the later one speaks. */
let latest = 0;

async function enter(token: string, open: string | undefined): Promise<void> {
  const mine = ++latest;
  show('loading');
  try {
    const { url } = await embedApi.enter(token, open);
    try {
      await embedApi.session();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'not-signed-in') throw error;
      if (mine === latest) show('blocked');
      tellHost({ type: 'deltapad:error', code: 'cookies-blocked', message: 'No cookie is kept.' });
      return;
    }
    if (mine === latest) location.replace(url);
  } catch (error) {
    if (mine !== latest) return;
    const known = error instanceof AppError ? error : new AppError('internal', String(error));
    show(isUnreachable(error) || known.status >= 500 ? 'unreachable' : 'refused', known.message);
    tellHost({ type: 'deltapad:error', code: known.code, message: known.message });
  }
}

const given = new URLSearchParams(location.hash.slice(1));
const token = given.get('token');
// Neither in the history nor in what is read from the address later.
if (token !== null) history.replaceState(null, '', location.pathname);

if (window.parent === window) show('alone');
else {
  // The document this page stands in the place of, if it does.
  const [, here] = /^\/embed\/d\/([^/]+\/[^/]+)$/.exec(location.pathname) ?? [];
  listenToHost(boot.ancestors, (message) => void enter(message.token, message.open ?? here));
  if (token !== null) void enter(token, given.get('open') ?? here);
  else if (boot.state === 'loading') {
    tellHost({ type: 'deltapad:ready' });
    setTimeout(() => {
      if (latest === 0) show('waiting');
    }, WAIT_MS);
  } else tellHost({ type: 'deltapad:error', code: boot.state, message: detail?.textContent ?? '' });
}
