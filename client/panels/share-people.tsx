// People with access: those who were named, with their roles, and those who are here by link. Owners name
// people, change what they may, and take it back; everybody else only sees it.

import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { PersonSummary } from '../../core/api.ts';
import { limits } from '../../core/limits.ts';
import { type Role, roles } from '../../core/roles.ts';
import { accessApi } from '../api/access-api.ts';
import { type App, useApp } from '../ui/app.ts';
import { Avatar } from './avatar.tsx';
import { type Desk, isUnstored, mayShare, useDesk } from './desk.ts';
import { Pick, RolePick } from './share-pick.tsx';
import { explainShare } from './share-state.ts';

interface Row {
  readonly person: PersonSummary;
  /** Null: nobody named them, they are here by link. */
  readonly role: Role | null;
  readonly isHere: boolean;
}

function rowsOf(desk: Desk): Row[] {
  const here = desk.session.people.value;
  const named =
    desk.share.access.value?.people ??
    (desk.owner ? [{ ...desk.owner, role: 'owner' as Role }] : []);
  const known = new Set(named.map(({ id }) => id));
  return [
    ...named.map(({ role, ...person }) => {
      const there = here.find(({ userId }) => userId === person.id);
      const shown = there ? { id: person.id, name: there.name, color: there.color } : person;
      return { person: shown, role, isHere: there !== undefined };
    }),
    ...here
      .filter(({ userId }) => !known.has(userId))
      .map(({ userId: id, name, color }) => ({
        person: { id, name, color },
        role: null,
        isHere: true,
      })),
  ];
}

export function PeopleWithAccess() {
  const { t } = useApp();
  const desk = useDesk();
  const rows = rowsOf(desk);
  return (
    <>
      <h3 id="share-people">{t('share.people')}</h3>
      {mayShare(desk) && !isUnstored(desk) ? <AddPerson /> : null}
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets */}
      <ul class="share-people" role="list" aria-labelledby="share-people">
        {rows.map((row) => (
          <PersonRow key={row.person.id} row={row} owners={rows.filter(isOwner).length} />
        ))}
      </ul>
    </>
  );
}

const isOwner = ({ role }: Row) => role === 'owner';

function PersonRow({ row, owners }: { row: Row; owners: number }) {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const { person, role, isHere } = row;
  const { id, name, color } = person;
  const here = desk.session.people.value.find(({ me }) => me);
  const isMe = id === (here?.userId ?? app.me.value.id);
  const second = role === null ? t('share.hereByLink') : isHere && !isMe ? t('share.hereNow') : '';
  // The last owner stays one: there is nothing to pick.
  const isFixed = !mayShare(desk) || isUnstored(desk) || (role === 'owner' && owners === 1);
  return (
    <li class="row">
      <Avatar name={name} color={color} size="lg" />
      <div class="row-who">
        <b>{isMe ? t('people.you', { name }) : name}</b>
        {second ? <span>{second}</span> : null}
      </div>
      {isFixed ? (
        <span class="row-end">{t(`role.${role ?? byLink(desk, isMe)}`)}</span>
      ) : (
        <Pick
          label={t('share.roleOf', { name })}
          value={role ?? 'link'}
          onPick={(picked) => void setRole(app, desk, person, picked)}
        >
          {role === null ? <option value="link">{t(`role.${byLink(desk, isMe)}`)}</option> : null}
          {roles.map((each) => (
            <option key={each} value={each}>
              {role === null ? t('share.always', { role: t(`role.${each}`) }) : t(`role.${each}`)}
            </option>
          ))}
          {role === null ? null : <option value="remove">{t('share.remove')}</option>}
        </Pick>
      )}
    </li>
  );
}

/** What somebody may who is here without being named: of myself it is known, of others supposed. */
function byLink(desk: Desk, isMe: boolean): Role {
  const mine = isMe ? desk.session.role.value : null;
  const link = desk.link.value === 'none' ? desk.signedIn.value : desk.link.value;
  return mine ?? (link === 'none' ? 'viewer' : link);
}

async function setRole(app: App, desk: Desk, person: PersonSummary, picked: string) {
  const { t } = app;
  const { id, name } = person;
  if (picked === 'link') return;
  if (picked === 'remove') {
    await desk.share.change(() => accessApi.unname(desk.ref, id), t('share.removed', { name }));
    return;
  }
  const role = picked as Role;
  const said = t('share.given', { name, role: t(`role.${role}`) });
  await desk.share.change(() => accessApi.name(desk.ref, id, role), said);
}

function AddPerson() {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const who = useSignal('');
  const role = useSignal<Role>('editor');
  const problem = useSignal('');
  const field = useRef<HTMLInputElement>(null);

  const add = async (event: Event) => {
    event.preventDefault();
    const typed = who.value.trim();
    if (typed === '') {
      field.current?.focus();
      return;
    }
    try {
      desk.share.shows(await accessApi.name(desk.ref, typed, role.peek()));
      who.value = '';
      app.announcer.say(t('share.given', { name: typed, role: t(`role.${role.peek()}`) }));
    } catch (error) {
      problem.value = explainShare(app, error);
    }
    field.current?.focus();
  };

  return (
    <form class="share-add" onSubmit={(event) => void add(event)}>
      <div class="field">
        <input
          ref={field}
          aria-label={t('share.addLabel')}
          placeholder={t('share.addLabel')}
          value={who.value}
          maxLength={limits.maxLoginChars}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-invalid={problem.value ? true : undefined}
          aria-describedby={problem.value ? 'share-add-problem' : undefined}
          onInput={(event) => {
            who.value = event.currentTarget.value;
            problem.value = '';
          }}
        />
        <RolePick
          label={t('share.addRole')}
          roles={roles}
          value={role.value}
          onPick={(picked) => {
            role.value = picked;
          }}
        />
      </div>
      <button type="submit" class="btn btn-quiet btn-lg">
        {t('share.add')}
      </button>
      {problem.value ? (
        <p id="share-add-problem" class="field-error" role="alert">
          {problem.value}
        </p>
      ) : null}
    </form>
  );
}
