const SAME_SITE_PATH = /^\/(?![/\\])/;

/**
 * Returns the path when following it stays on this site, otherwise undefined.
 *
 * Checked before and after the browser's own parser, which drops tabs and line breaks and resolves dots:
 * `/\t/evil.example` and `/.//evil.example` both become `//evil.example`.
 */
export function safePath(path: string): string | undefined {
  if (!SAME_SITE_PATH.test(path)) return undefined;
  const { origin } = window.location;
  if (!URL.canParse(path, origin)) return undefined;
  const url = new URL(path, origin);
  const resolved = url.pathname + url.search + url.hash;
  return url.origin === origin && SAME_SITE_PATH.test(resolved) ? resolved : undefined;
}
