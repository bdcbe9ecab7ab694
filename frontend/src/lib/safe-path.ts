const SAME_SITE_PATH = /^\/(?![/\\])/;

/**
 * The path, when following it stays on this site; otherwise nothing.
 *
 * Checked before and after the browser's own parser, which drops tabs and line ends and resolves dots:
 * `/\t/evil.example` and `/.//evil.example` both turn into `//evil.example`.
 */
export function safePath(path: string): string | undefined {
  if (!SAME_SITE_PATH.test(path)) return undefined;
  const { origin } = window.location;
  if (!URL.canParse(path, origin)) return undefined;
  const url = new URL(path, origin);
  const resolved = url.pathname + url.search + url.hash;
  return url.origin === origin && SAME_SITE_PATH.test(resolved) ? resolved : undefined;
}
