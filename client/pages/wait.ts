// The page of somebody who asked to be let in: looks now and then whether they may come in, and goes in.
// Without it, the page's own link does the same.

const LOOK_MS = 4_000;
/** Half an hour of looking; after that, whoever still waits presses the link. */
const MAX_LOOKS = 450;

let looks = 0;

async function look(): Promise<void> {
  if (document.visibilityState !== 'visible' || looks >= MAX_LOOKS) return;
  looks += 1;
  try {
    const { ok } = await fetch(location.pathname, { method: 'HEAD', redirect: 'manual' });
    if (ok) location.reload();
  } catch {
    // The server is away: the next look will tell.
  }
}

setInterval(() => void look(), LOOK_MS);
document.addEventListener('visibilitychange', () => {
  looks = 0;
  void look();
});
