// People who ask for access, with the answer: a role, or no.

import { useSignal } from '@preact/signals';
import type { AccessRequestInfo } from '../../core/api.ts';
import { type GivenRole, givenRoles } from '../../core/roles.ts';
import { accessApi } from '../api/access-api.ts';
import { useApp } from '../ui/app.ts';
import { Avatar } from './avatar.tsx';
import { useDesk } from './desk.ts';
import { RolePick } from './share-pick.tsx';

export function AccessRequests({ requests }: { requests: readonly AccessRequestInfo[] }) {
  const { t } = useApp();
  if (requests.length === 0) return null;
  return (
    <>
      <h3 id="share-requests">{t('share.requests')}</h3>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets */}
      <ul class="share-people" role="list" aria-labelledby="share-requests">
        {requests.map((request) => (
          <Request key={request.person.id} request={request} />
        ))}
      </ul>
    </>
  );
}

function Request({ request: { person, role, note } }: { request: AccessRequestInfo }) {
  const { t } = useApp();
  const desk = useDesk();
  const wanted = useSignal<GivenRole>(role);
  const { name, color, id } = person;
  return (
    <li class="row row-wraps">
      <Avatar name={name} color={color} size="lg" />
      <div class="row-who">
        <b>{name}</b>
        <span>{note || t(`share.asks.${role}`)}</span>
      </div>
      <div class="row-acts">
        <RolePick
          label={t('share.roleOf', { name })}
          roles={givenRoles}
          value={wanted.value}
          onPick={(picked) => {
            wanted.value = picked;
          }}
        />
        <button
          type="button"
          class="btn btn-quiet"
          aria-label={t('share.declineOf', { name })}
          onClick={() =>
            void desk.share.change(
              () => accessApi.decline(desk.ref, id),
              t('share.declined', { name }),
            )
          }
        >
          {t('share.decline')}
        </button>
        <button
          type="button"
          class="btn btn-primary"
          aria-label={t('share.letInOf', { name })}
          onClick={() =>
            void desk.share.change(
              () => accessApi.give(desk.ref, id, wanted.peek()),
              t('share.letInDone', { name }),
            )
          }
        >
          {t('share.letIn')}
        </button>
      </div>
    </li>
  );
}
