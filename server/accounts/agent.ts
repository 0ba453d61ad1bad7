// A browser in two words, for the list “Where you are signed in”: enough for its owner to know it by,
// and nothing that tells people apart.

const browsers: readonly [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  // Also HeadlessChrome.
  [/Chrom(e|ium)\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/\bcurl\//, 'curl'],
];
const systems: readonly [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** “Firefox · Linux”; '' for what says nothing. */
export function describeAgent(userAgent: string | undefined): string {
  const text = (userAgent ?? '').slice(0, 512);
  const of = (table: readonly [RegExp, string][]) => table.find(([sign]) => sign.test(text))?.[1];
  return [of(browsers), of(systems)].filter(Boolean).join(' · ');
}
