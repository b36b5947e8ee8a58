import type { WatchState } from '../../api/documents';

export interface Watch {
  state: 'attended' | 'unattended' | 'unknown';
  names: string[];
  /** We keep it. */
  mine: boolean;
  /** To whom we have offered ours. */
  myOffer: string | undefined;
  /** Who offers his to us. */
  offeredToMe: string | undefined;
}

/** How the watch looks to one officer. Not knowing is no watch, and no lack of one. */
export function watchOf(watch: WatchState | undefined, me: string | undefined): Watch {
  if (watch === undefined)
    return { state: 'unknown', names: [], mine: false, myOffer: undefined, offeredToMe: undefined };
  const own = watch.keepers.find((k) => k.name === me);
  return {
    state: watch.attended ? 'attended' : 'unattended',
    names: watch.keepers.map((k) => k.name),
    mine: own !== undefined,
    myOffer: own?.offered,
    offeredToMe: me === undefined ? undefined : watch.keepers.find((k) => k.offered === me && k.name !== me)?.name,
  };
}
