// How well one colour reads on another (WCAG 2.x), and on our page in both schemes.

/** sRGB luminance of #rrggbb (WCAG 2.x). */
function luminance(hex: string): number {
  const channel = (at: number) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

export function contrast(one: string, two: string): number {
  const [a, b] = [luminance(one), luminance(two)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** The page in both schemes (tokens.css `--bg`) and the inks that read on anything pale or deep. */
const PAGE = { light: '#fcfcfb', dark: '#1a1c1c' } as const;
export const INK = { dark: '#1e2220', light: '#ffffff' } as const;

/** Schemes in which a foreign text colour has less than 4.5 : 1 on the page. */
export function hardToRead(hex: string): string {
  return (['light', 'dark'] as const)
    .filter((scheme) => contrast(hex, PAGE[scheme]) < 4.5)
    .join(' ');
}
