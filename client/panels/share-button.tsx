// The button "Share": it shows who may see the document, and whether somebody asks to.

import { audienceOf, type GeneralAccess, type LinkRole } from '../../core/roles.ts';
import { type App, useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';
import type { IconName } from '../ui/icons.ts';
import { mayShare, useDesk } from './desk.ts';

/** The state of the document, on the button that changes it. */
export const shareIcon = (general: GeneralAccess): IconName =>
  ({ link: 'globe', 'signed-in': 'people', restricted: 'lock' })[audienceOf(general)] as IconName;

export function ShareButton() {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const general = { link: desk.link.value, signedIn: desk.signedIn.value };
  const requests = mayShare(desk) ? desk.requests.value : 0;
  const asking = requests > 0 ? t('share.asking', { count: requests }) : '';
  return (
    <button
      type="button"
      class="btn btn-primary header-share"
      aria-haspopup="dialog"
      data-tip={asking || wordsOf(app, general.link, general.signedIn)}
      aria-describedby={asking ? 'share-asking' : undefined}
      onClick={() => {
        desk.dialog.value = 'share';
      }}
    >
      <Icon name={shareIcon(general)} small />
      <span>{t('share.button')}</span>
      {asking ? <i class="header-dot" aria-hidden="true" /> : null}
      {asking ? (
        <span id="share-asking" hidden>
          {asking}
        </span>
      ) : null}
    </button>
  );
}

/** What others may, in a sentence. */
export function wordsOf({ t }: App, link: LinkRole, signedIn: LinkRole): string {
  if (link === 'none' && signedIn !== 'none') return t(`share.signedIn.${signedIn}`);
  return t(`share.link.${link}`);
}
