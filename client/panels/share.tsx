// The dialogue "Share", loaded when it is opened: the link first and focused, then what the link alone gives, who asks for access, who
// has it, and for owners the share links.

import { useEffect, useRef } from 'preact/hooks';
import { documentPath } from '../../core/ids.ts';
import { audienceOf, type GeneralAccess, givenRoles, type LinkRole } from '../../core/roles.ts';
import { useApp } from '../ui/app.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { copyWithToast } from './copy.ts';
import { isUnstored, mayShare, useDesk } from './desk.ts';
import { shareIcon, wordsOf } from './share-button.tsx';
import { ShareLinks } from './share-links.tsx';
import { PeopleWithAccess } from './share-people.tsx';
import { Pick } from './share-pick.tsx';
import { AccessRequests } from './share-requests.tsx';

export function ShareDialog({ onClose }: { onClose: () => void }) {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const field = useRef<HTMLInputElement>(null);
  const access = desk.share.access.value;
  useEffect(() => {
    if (!isUnstored(desk)) void desk.share.load();
  }, [desk]);
  const url = `${location.origin}${documentPath(desk.ref)}`;
  const title = desk.session.title.value || t('title.untitled');

  const copy = async () => {
    // Where nothing can be copied, the address is at least selected.
    if (!(await copyWithToast(app, url, t('share.copied')))) field.current?.select();
  };

  return (
    <Dialog
      label={t('share.button')}
      heading={t('share.title', { title })}
      class="share"
      onClose={onClose}
    >
      <div class="share-link">
        <div class="field">
          <Icon name="link" />
          <input
            ref={field}
            readOnly
            aria-label={t('share.address')}
            value={url.replace(/^https?:\/\//, '')}
            onFocus={(event) => event.currentTarget.select()}
            onCopy={(event) => {
              // The field shows the address without its scheme; what is copied must work.
              event.clipboardData?.setData('text/plain', url);
              event.preventDefault();
            }}
          />
        </div>
        <button
          type="button"
          class="btn btn-primary btn-lg"
          data-autofocus
          onClick={() => void copy()}
        >
          {t('share.copy')}
        </button>
      </div>
      <h3 id="share-access">{t('share.access')}</h3>
      <GeneralAccessRow />
      <AccessRequests requests={access?.requests ?? []} />
      <PeopleWithAccess />
      {access && mayShare(desk) ? <ShareLinks links={access.links} /> : null}
    </Dialog>
  );
}

/** One picker for both: who is meant, and what they may. */
function GeneralAccessRow() {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const link = desk.link.value;
  const signedIn = desk.signedIn.value;
  const audience = audienceOf({ link, signedIn });
  const words = wordsOf(app, link, signedIn);
  // What is not stored yet cannot be restricted; the first key stores it.
  const mine = mayShare(desk) && !isUnstored(desk);
  const role = audience === 'signed-in' ? signedIn : link;
  return (
    <div class="row">
      <span class="glyph">
        <Icon name={shareIcon({ link, signedIn })} />
      </span>
      <div class="row-who">
        <b>{t(`share.audience.${audience}`)}</b>
        <span>{words}</span>
      </div>
      {mine ? (
        <Pick
          label={t('share.access')}
          value={audience === 'signed-in' ? `signed-in:${signedIn}` : link}
          onPick={(picked) => {
            const next = readPick(picked);
            void desk.share.setGeneral(next, wordsOf(app, next.link, next.signedIn));
          }}
        >
          <option value="none">{t('role.none')}</option>
          <optgroup label={t('share.audience.link')}>
            {givenRoles.map((each) => (
              <option key={each} value={each}>
                {t(`role.${each}`)}
              </option>
            ))}
          </optgroup>
          <optgroup label={t('share.audience.signed-in')}>
            {givenRoles.map((each) => (
              <option key={each} value={`signed-in:${each}`}>
                {t(`role.${each}`)}
              </option>
            ))}
          </optgroup>
        </Pick>
      ) : (
        <span class="row-end">{t(`role.${role}`)}</span>
      )}
    </div>
  );
}

function readPick(picked: string): GeneralAccess {
  const [audience, role] = picked.split(':') as [string, LinkRole | undefined];
  return role === undefined
    ? { link: audience as LinkRole, signedIn: 'none' }
    : { link: 'none', signedIn: role };
}
