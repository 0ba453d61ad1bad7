// Document page entry: makes the editor and the session and lays the page's own parts around them. The
// server's rendering stays until the editor shows the same text in the same place.

import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/floats.css';
import '../styles/frame.css';
import '../styles/panels.css';
import '../styles/account.css';
import '../styles/editor.css';
import '../styles/print.css';
import { render } from 'preact';
import { parseDocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { socketPath } from '../api/frame.ts';
import { createEditor } from '../editor/editor.ts';
import type { EditorHost, ImageProblem } from '../editor/editor-api.ts';
import { chordOf, shortcutGroups, shortcutTable } from '../editor/shortcuts.ts';
import { tellAdopted } from '../panels/account-actions.ts';
import { createDesk, type Desk, DeskContext } from '../panels/desk.ts';
import { DocumentApp } from '../panels/document-app.tsx';
import { keepFrameSession } from '../panels/frame-session.ts';
import { runCommand, startPageEffects } from '../panels/page-effects.ts';
import { browserEnvironment } from '../sync/environment.ts';
import { openSession } from '../sync/session.ts';
import { webSocket } from '../sync/socket.ts';
import { AppContext } from '../ui/app.ts';
import { applyTheme, readBoot, readDocumentBoot } from '../ui/boot.ts';
import { createApp } from '../ui/create-app.ts';
import { formatMegabytes } from '../ui/time.ts';
import { followKeyboard, mediaSignal, phoneQuery } from '../ui/viewport.ts';

const boot = readBoot();
const documentBoot = readDocumentBoot();
const ref = parseDocumentRef(documentBoot.collection, documentBoot.id);
if (!ref) throw new Error('The page names no document.');

applyTheme(boot.theme);
const app = await createApp(boot);
const { t, isMac, locale } = app;

const editorRoot = document.createElement('div');
const preview = document.getElementById('preview');
// Beside the preview before it is made, so that whatever it measures is measured in the page.
preview?.after(editorRoot);

let desk: Desk | null = null;
const host: EditorHost = {
  locale,
  isMac,
  t,
  uploadImage: (file, onProgress) => app.api.uploadImage(ref, file, onProgress),
  onImageProblem: (problem, name) => app.toasts.show({ text: imageWords(problem, name) }),
  onCommand: (command) => {
    if (desk) runCommand(app, desk, command);
  },
};
const imageWords = (problem: ImageProblem, name: string): string =>
  t(`image.${problem}`, {
    name,
    bytes: formatMegabytes(limits.maxImageBytes, locale),
    pixels: limits.maxImagePixels / 1_000_000,
  });

const editor = createEditor(editorRoot, host);
const session = openSession({
  boot: documentBoot,
  build: boot.build,
  user: () => app.me.peek(),
  editor,
  open: webSocket(new URL(socketPath(), location.href.replace(/^http/, 'ws')).href),
  api: app.api,
  environment: browserEnvironment(),
  onReturned: () => {
    // Who cannot be asked now is asked with the next break; the page works without.
    app.api.fetchSession().then(
      ({ user }) => {
        app.me.value = user;
      },
      () => undefined,
    );
  },
});
const table = shortcutTable(isMac);
desk = createDesk({
  boot: documentBoot,
  ref,
  editor,
  session,
  isPhone: mediaSignal(phoneQuery),
  shortcuts: shortcutGroups(isMac),
  shortcutOf: (event) => {
    const chord = chordOf(event, isMac);
    return (chord !== null && table.get(chord)) || null;
  },
});

followKeyboard();
const root = document.getElementById('app') ?? document.body;
const scroll = window.scrollY;
root.replaceChildren();
document.body.classList.add('has-toolbar');
render(
  <AppContext.Provider value={app}>
    <DeskContext.Provider value={desk}>
      <DocumentApp editorRoot={editorRoot} preview={preview} />
    </DeskContext.Provider>
  </AppContext.Provider>,
  root,
);
// Who scrolled in the preview stays where they were.
if (scroll > 0) window.scrollTo(0, scroll);
startPageEffects(app, desk);
tellAdopted(app);
keepFrameSession(app, desk);
