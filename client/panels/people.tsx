// "People here": at most six pictures, then +N; mine last, opening the account menu. A press jumps to
// the person's caret, a second one follows. Who does not fit stays in the list for a screen reader.

import { useSignal } from '@preact/signals';
import type { PersonHere } from '../sync/session-api.ts';
import { type App, useApp } from '../ui/app.ts';
import type { MenuItem } from '../ui/menu.tsx';
import { toggleAccountMenu } from './account.tsx';
import { Avatar } from './avatar.tsx';
import { type Desk, isCutOff, useDesk } from './desk.ts';
import { goTo, startFollowing } from './follow.tsx';

const MAX_SHOWN = 6;
const MAX_SHOWN_PHONE = 1;

export function PeopleHere() {
  const app = useApp();
  const desk = useDesk();
  const { t } = app;
  /** Whom the last press jumped to: the next one on the same picture follows. */
  const jumpedTo = useSignal<string | null>(null);
  const people = desk.session.people.value;
  const others = people.filter((person) => !person.me);
  const max = desk.isPhone.value ? MAX_SHOWN_PHONE : MAX_SHOWN;
  // One left over is shown rather than counted: "+1" takes the same room.
  const shown = others.length === max + 1 && !desk.isPhone.value ? others : others.slice(0, max);
  const rest = others.slice(shown.length);
  const cutOff = isCutOff(desk);

  const press = (person: PersonHere) => {
    if (jumpedTo.peek() === person.userId && person.caret) startFollowing(app, desk, person);
    else goTo(app, desk, person);
    jumpedTo.value = person.userId;
  };

  return (
    // biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets
    <ul class="people" role="list" aria-label={t('people.here')}>
      {shown.map((person) => (
        <li key={person.userId} aria-label={person.name}>
          <PersonButton person={person} away={person.away || cutOff} press={press} />
        </li>
      ))}
      {rest.map((person) => (
        <li key={person.userId} class="vh" aria-label={person.name}>
          {person.name}
        </li>
      ))}
      {rest.length > 0 ? (
        <li aria-label={t('people.more', { count: rest.length })}>
          <MoreButton rest={rest} hidden={desk.isPhone.value ? others : rest} />
        </li>
      ) : null}
      <Me people={people} />
    </ul>
  );
}

/** Me, from the session's list; before it knows, from the page's own data. */
function Me({ people }: { people: readonly PersonHere[] }) {
  const app = useApp();
  const me = people.find((person) => person.me);
  const name = app.me.value.name;
  const color = me?.color ?? app.me.value.color;
  // In another site's page, who I am is that site's to say.
  if (app.embed) {
    return (
      <li class="people-me" aria-label={app.t('people.you', { name })}>
        <Avatar name={name} color={color} />
      </li>
    );
  }
  return (
    <li class="people-me" aria-label={name}>
      <button
        type="button"
        class="av-button"
        aria-haspopup="menu"
        aria-expanded={app.menus.current.value?.id === 'account'}
        aria-label={app.t('people.you', { name })}
        data-tip={app.t('people.you', { name })}
        data-me
        onClick={(event) => toggleAccountMenu(app, event.currentTarget)}
      >
        <Avatar name={name} color={color} />
      </button>
    </li>
  );
}

interface PersonButtonProps {
  readonly person: PersonHere;
  readonly away: boolean;
  readonly press: (person: PersonHere) => void;
}

function PersonButton({ person, away, press }: PersonButtonProps) {
  const app = useApp();
  const desk = useDesk();
  const { t } = app;
  const openMenu = (event: MouseEvent | KeyboardEvent) => {
    event.preventDefault();
    app.menus.show(personMenu(app, desk, person, event.currentTarget as Element));
  };
  const doing = away ? t('people.away') : person.caret ? t('people.editing') : t('people.viewing');
  return (
    <button
      type="button"
      class="av-button"
      aria-label={away ? t('people.nameAway', { name: person.name }) : person.name}
      aria-description={t('people.pressHint')}
      data-tip={t('people.tip', { name: person.name, doing })}
      onClick={() => press(person)}
      onContextMenu={openMenu}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown') openMenu(event);
      }}
    >
      <Avatar
        name={person.name}
        color={person.color}
        away={away}
        followed={desk.following.value === person.userId}
      />
    </button>
  );
}

interface MoreProps {
  readonly rest: readonly PersonHere[];
  readonly hidden: readonly PersonHere[];
}

function MoreButton({ rest, hidden }: MoreProps) {
  const app = useApp();
  const desk = useDesk();
  const { t, menus } = app;
  const cutOff = isCutOff(desk);
  return (
    <button
      type="button"
      class="av-button"
      aria-label={t('people.more', { count: rest.length })}
      aria-haspopup="menu"
      aria-expanded={menus.current.value?.id === 'more-people'}
      data-tip={t('people.more', { count: rest.length })}
      onClick={(event) => {
        const anchor = event.currentTarget;
        menus.toggle({
          id: 'more-people',
          label: t('people.here'),
          anchor,
          align: 'end',
          items: () =>
            hidden.map(
              (person): MenuItem => ({
                label: person.name,
                picture: (
                  <Avatar
                    name={person.name}
                    color={person.color}
                    size="sm"
                    away={person.away || cutOff}
                  />
                ),
                opens: true,
                run: () => menus.show(personMenu(app, desk, person, anchor)),
              }),
            ),
        });
      }}
    >
      <span class="av av-more" aria-hidden="true">
        +{rest.length}
      </span>
    </button>
  );
}

function personMenu(app: App, desk: Desk, person: PersonHere, anchor: Element) {
  const { t } = app;
  return {
    id: `person-${person.userId}`,
    label: person.name,
    anchor,
    align: 'end' as const,
    items: (): MenuItem[] => [
      { label: t('people.goTo', { name: person.name }), run: () => goTo(app, desk, person) },
      {
        label: t('people.follow', { name: person.name }),
        disabled: person.caret === null,
        run: () => startFollowing(app, desk, person),
      },
    ],
  };
}
