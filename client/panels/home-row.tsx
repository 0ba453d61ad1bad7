// One document on the home page: a real link named by its title; who is in it now; when it was changed.

import type { DocumentListItem } from '../../core/api.ts';
import { useApp } from '../ui/app.ts';
import { listTime } from '../ui/time.ts';
import { Avatar } from './avatar.tsx';

const MAX_HERE = 4;

export function HomeRow({ item, now }: { item: DocumentListItem; now: number }) {
  const { t, locale, me } = useApp();
  const title = item.title || t('title.untitled');
  const others = item.here.filter((person) => person.id !== me.value.id);
  const shown = others.slice(0, MAX_HERE);
  const rest = others.length - shown.length;
  const id = `row-${item.collection}-${item.id}`;
  const { updatedBy } = item;
  const words = item.preview || t('home.nothingYet');
  return (
    <li class="doc-row">
      <span class="doc-text">
        {/* Named by the title alone; its target is the whole row (home.css). */}
        <a class="doc-title" href={item.url} aria-describedby={`${id}-words ${id}-here ${id}-time`}>
          {title}
        </a>
        <span class="doc-words" id={`${id}-words`}>
          {updatedBy && updatedBy.id !== me.value.id
            ? t('home.wordsBy', { name: updatedBy.name, words })
            : words}
        </span>
      </span>
      <span class="doc-here" id={`${id}-here`}>
        {shown.map((person) => (
          <span key={person.id}>
            <Avatar name={person.name} color={person.color} size="sm" />
            <span class="vh">{t('home.hereNow', { name: person.name })}</span>
          </span>
        ))}
        {rest > 0 ? (
          <span>
            <span class="av av-sm av-more" aria-hidden="true">
              +{rest}
            </span>
            <span class="vh">{t('home.moreHere', { count: rest })}</span>
          </span>
        ) : null}
      </span>
      <time class="doc-time" id={`${id}-time`} dateTime={new Date(item.updatedAt).toISOString()}>
        {listTime(item.updatedAt, now, locale)}
      </time>
    </li>
  );
}
