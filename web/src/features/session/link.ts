/** The secret of a one-time link, `#/link/SECRET`; undefined: there is none. Fragments are not sent to anybody. */
export function linkSecret(hash: string): string | undefined {
  const found = /^#\/link\/([A-Za-z0-9_.~-]{8,256})$/.exec(hash);
  return found?.[1];
}
/** Takes it out of the address, so that it stands in no history and no picture of the screen. */
export function takeLink(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): string | undefined {
  const secret = linkSecret(location.hash);
  if (location.hash.startsWith('#/link/')) history.replaceState(null, '', location.pathname + location.search);
  return secret;
}
