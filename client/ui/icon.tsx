// Icons and the mark. Decorative by themselves: whoever shows one gives it a name or stands beside text.

import { type IconName, icons, type Stroke } from './icons.ts';

export function Icon({ name, small = false }: { name: IconName; small?: boolean }) {
  const icon: string | readonly Stroke[] = icons[name];
  const strokes: readonly Stroke[] = typeof icon === 'string' ? [[icon]] : icon;
  return (
    <svg class={small ? 'i i-16' : 'i'} viewBox="0 0 20 20" aria-hidden="true">
      {strokes.map(([path, width]) => (
        // The thick stroke under A and under the pen shows the colour at the caret.
        <path
          key={path}
          d={path}
          {...(width ? { 'stroke-width': width } : {})}
          {...(width === 2.5 ? { class: 'i-bar' } : {})}
        />
      ))}
    </svg>
  );
}

/** An open delta of two strokes; the second, in teal, leans like a caret. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path class="a" d="M9.6 7.4 3.7 19.3h11.7" />
      <path class="b" d="M12.2 4.2 20 19.3" />
    </svg>
  );
}
