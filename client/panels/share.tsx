// The dialogue "Share": the link first and focused, then what the link alone gives, then who is here.

import { useRef } from 'preact/hooks';
import { documentPath } from '../../core/ids.ts';
import { type LinkRole, linkRoles, type Role } from '../../core/roles.ts';
import { type App, useApp } from '../ui/app.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import type { IconName } from '../ui/icons.ts';
import { Avatar } from './avatar.tsx';
import { copyWithToast } from './copy.ts';
import { type Desk, mayShare, useDesk } from './desk.ts';
import { explain } from './explain.ts';

export const shareIcon = (link: LinkRole): IconName => (link === 'none' ? 'lock' : 'globe');

export function ShareButton() {
  const { t } = useApp();
  const desk = useDesk();
  return (
    <button
      type="button"
      class="btn btn-primary header-share"
      aria-haspopup="dialog"
      data-tip={t(`share.link.${desk.link.value}`)}
      onClick={() => {
        desk.dialog.value = 'share';
      }}
    >
      <Icon name={shareIcon(desk.link.value)} small />
      <span>{t('share.button')}</span>
    </button>
  );
}

export function ShareDialog({ onClose }: { onClose: () => void }) {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const field = useRef<HTMLInputElement>(null);
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
      <LinkAccess />
      <h3 id="share-people">{t('share.people')}</h3>
      <PeopleWithAccess />
    </Dialog>
  );
}

const roleWord = ({ t }: App, role: Role | LinkRole): string => t(`role.${role}`);

function LinkAccess() {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const link = desk.link.value;
  // What is not stored yet cannot be restricted; the first key stores it.
  const mine = mayShare(desk) && !isUnstored(desk);
  return (
    <div class="row">
      <span class="glyph">
        <Icon name={shareIcon(link)} />
      </span>
      <div class="row-who">
        <b>{t(link === 'none' ? 'share.restricted' : 'share.anyone')}</b>
        <span>{t(`share.link.${link}`)}</span>
      </div>
      {mine ? (
        <span class="row-pick">
          <select
            aria-label={t('share.access')}
            value={link}
            onChange={(event) => {
              void setLink(app, desk, event.currentTarget.value as LinkRole);
            }}
          >
            {linkRoles.map((role) => (
              <option key={role} value={role}>
                {roleWord(app, role)}
              </option>
            ))}
          </select>
          <Icon name="down" small />
        </span>
      ) : (
        <span class="row-end">{roleWord(app, link)}</span>
      )}
    </div>
  );
}

const isUnstored = ({ session }: Desk): boolean => {
  const state = session.saveState.value;
  return state.kind === 'saved' && state.version === 0;
};

/** Shown at once; taken back when the server refuses. */
async function setLink(app: App, desk: Desk, link: LinkRole): Promise<void> {
  const before = desk.link.peek();
  desk.link.value = link;
  try {
    await app.api.setAccess(desk.ref, link);
    app.announcer.say(app.t(`share.link.${link}`));
  } catch (error) {
    desk.link.value = before;
    app.toasts.show({ text: explain(app, error) });
  }
}

function PeopleWithAccess() {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const people = desk.session.people.value;
  const me = people.find((person) => person.me);
  const myId = me?.userId ?? app.me.value.id;
  const owner = desk.owner;
  const ownerHere = owner ? people.find((person) => person.userId === owner.id) : undefined;
  const guests = people.filter((person) => person.userId !== owner?.id);
  const nameOf = (id: string, name: string) => (id === myId ? t('people.you', { name }) : name);
  return (
    // biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets
    <ul class="share-people" role="list" aria-labelledby="share-people">
      {owner ? (
        <li class="row">
          <Avatar
            name={ownerHere?.name ?? owner.name}
            color={ownerHere?.color ?? owner.color}
            size="lg"
          />
          <div class="row-who">
            <b>{nameOf(owner.id, ownerHere?.name ?? owner.name)}</b>
            {ownerHere && owner.id !== myId ? <span>{t('share.hereNow')}</span> : null}
          </div>
          <span class="row-end">{roleWord(app, 'owner')}</span>
        </li>
      ) : null}
      {guests.map((person) => (
        <li class="row" key={person.userId}>
          <Avatar name={person.name} color={person.color} size="lg" />
          <div class="row-who">
            <b>{nameOf(person.userId, person.name)}</b>
            <span>{t('share.hereByLink')}</span>
          </div>
          <span class="row-end">
            {roleWord(
              app,
              person.me && desk.session.role.value ? desk.session.role.value : desk.link.value,
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
