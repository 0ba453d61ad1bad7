// A person's picture: the initial on their colour; hollow when away, ringed when followed.

import { initial } from '../../core/people.ts';

export interface AvatarProps {
  readonly name: string;
  readonly color: number;
  readonly size?: 'sm' | 'lg';
  readonly away?: boolean;
  readonly followed?: boolean;
}

/** Decorative: the name stands beside it or on its button. */
export function Avatar({ name, color, size, away = false, followed = false }: AvatarProps) {
  const classes = ['av', `c${color}`];
  if (size) classes.push(`av-${size}`);
  if (away) classes.push('av-away');
  if (followed) classes.push('av-follow');
  return (
    <span class={classes.join(' ')} aria-hidden="true">
      {initial(name)}
    </span>
  );
}
